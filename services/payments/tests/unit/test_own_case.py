"""Staff who are a party to it, or would be paid by it, do not act as staff in their own case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from payments_bank import Bank, person
from payments_court import Court
from payments_subscribing import Subscribing

from chassis.principal import Principal
from contracts.admin.events import ActionTaken
from contracts.errors import DomainError
from contracts.identity.roles import Role
from contracts.payments.coupon_commands import GrantCredit
from payments.domain.dispute_errors import NotAMediator
from payments.domain.errors import FinanceOnly, NotFinance, RefundNotAllowed
from payments.domain.splits import Member
from payments.usecases.grant_credit import GrantCreditHandler

ACTS: tuple[tuple[str, Callable[[Bank, Principal], object], type[DomainError]], ...] = (
    ("refund", lambda bank, by: bank.refund(1, by=by), RefundNotAllowed),
    ("take_back", lambda bank, by: bank.take_back(0, by=by), NotFinance),
    ("freeze", lambda bank, by: _as_finance(bank, by).freeze(), NotFinance),
    ("unfreeze", lambda bank, by: _as_finance(bank, by).unfreeze(), NotFinance),
)


def with_role(who: Principal, role: Role = Role.FINANCE) -> Principal:
    return Principal(who.user_id, who.session_id, frozenset({role}), True, token="")


def _as_finance(bank: Bank, by: Principal) -> Bank:
    bank.finance = by
    return bank


@pytest.fixture
def colleague() -> Principal:
    return person(Role.SOLVER)


@pytest.fixture
def team(bank: Bank, colleague: Principal) -> Bank:
    """An escrow shared by two, one milestone of which was paid out."""
    with bank.memory.unit_of_work() as work:
        work.escrows.save(bank.escrow.set_team((Member(bank.solver.user_id, 5_000), Member(colleague.user_id, 5_000))))
    bank.fund()
    bank.release(0)
    return bank


@pytest.mark.parametrize("role", [Role.FINANCE, Role.ADMIN])
@pytest.mark.parametrize(("act", "refused"), [one[1:] for one in ACTS], ids=[one[0] for one in ACTS])
def test_a_party_is_no_finance(
    team: Bank, colleague: Principal, act: Callable[[Bank, Principal], object], refused: type[DomainError], role: Role
) -> None:
    before, told = team.escrow, team.told()
    parties = [team.challenger, colleague] + ([team.solver] if refused is NotFinance else [])  # the payee may give back as such
    for who in parties:
        with pytest.raises(refused):
            act(team, with_role(who, role))
    assert (team.escrow, team.told()) == (before, told)


def test_a_payee_with_the_role_gives_back_as_payee(team: Bank) -> None:
    team.refund(1, by=with_role(team.solver))
    assert (team.escrow.refunded, team.events(ActionTaken)) == (40_000, [])


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.FINANCE])
def test_one_of_the_team_mediates_nothing(team: Bank, colleague: Principal, role: Role) -> None:
    court = Court(team)
    dispute = court.answer(court.open(10))
    with pytest.raises(NotAMediator):
        court.mediate(dispute, with_role(colleague, role))
    court.mediate(dispute)
    with pytest.raises(NotAMediator):
        court.decide(dispute, 10, 0, by=with_role(colleague, role))


def test_who_has_paid_a_bill_or_acts_for_its_owner_does_not_refund_it() -> None:
    world = Subscribing()
    world.start()
    for payer_id in (world.owner.user_id, person(Role.EXPERT).user_id):  # the payer; and the owner of what somebody else has paid
        with world.memory.unit_of_work() as work:
            work.bills.save(replace(world.bills[0], payer_id=payer_id))
        with pytest.raises(FinanceOnly):
            world.refund(world.bills[0], by=with_role(world.owner))
    assert world.bills[0].refunding == world.bills[0].refunded == 0
    world.refund(world.bills[0])
    assert world.bills[0].refunded == 900


def test_nobody_grants_credit_to_themselves(bank: Bank) -> None:
    grant = GrantCreditHandler(bank.memory.unit_of_work, bank.calls, bank.clock.now)
    command = GrantCredit(user_id=bank.finance.user_id, amount=bank.price(500), reason="For me.")
    with pytest.raises(FinanceOnly):
        grant(command, bank.finance)
    assert grant(command, person(Role.FINANCE)).credit.amount_minor == 500
