"""Escrows and balances as their parties see them."""

from datetime import timedelta

import pytest
from payments_bank import Bank, person
from pydantic import ValidationError

from contracts.identity.roles import Role
from contracts.payments.queries import GetBalance, GetChallengeEscrow, GetEscrow, GetStatement
from contracts.payments.views import StatementAccount
from payments.domain.errors import EscrowNotFound
from payments.usecases.get_balance import GetBalanceHandler
from payments.usecases.get_challenge_escrow import GetChallengeEscrowHandler
from payments.usecases.get_escrow import GetEscrowHandler
from payments.usecases.get_statement import GetStatementHandler


def test_the_parties_and_finance_see_an_escrow(bank: Bank) -> None:
    by_challenge = GetChallengeEscrowHandler(bank.memory.unit_of_work)
    by_id = GetEscrowHandler(bank.memory.unit_of_work)
    for who in (bank.challenger, bank.solver, bank.finance, person(Role.ADMIN)):
        view = by_challenge(GetChallengeEscrow(challenge_id=bank.challenge_id), who)
        assert by_id(GetEscrow(escrow_id=view.id), who) == view


def test_to_everybody_else_there_is_none(bank: Bank) -> None:
    for who in (person(Role.CHALLENGER), person(Role.SOLVER), person(Role.SUPPORT), person(Role.MODERATOR)):
        with pytest.raises(EscrowNotFound):
            GetChallengeEscrowHandler(bank.memory.unit_of_work)(GetChallengeEscrow(challenge_id=bank.challenge_id), who)
        with pytest.raises(EscrowNotFound):
            GetEscrowHandler(bank.memory.unit_of_work)(GetEscrow(escrow_id=bank.escrow.id), who)


def test_the_bank_link_is_shown_to_the_payer_alone(bank: Bank) -> None:
    bank.fund(method="pm_card_authenticationRequired")
    shown = GetEscrowHandler(bank.memory.unit_of_work)
    query = GetEscrow(escrow_id=bank.escrow.id)
    assert shown(query, bank.challenger).action_url == "https://bank.example/3ds"
    assert shown(query, bank.solver).action_url is None


def test_an_acceptance_that_is_told_twice_opens_one_escrow(bank: Bank) -> None:
    bank.accept()
    assert bank.escrow.version == 1


def test_a_balance_tells_held_available_and_paid_out(bank: Bank) -> None:
    shown = GetBalanceHandler(bank.memory.unit_of_work)
    assert shown(GetBalance(), bank.solver).balances == ()
    bank.fund()
    bank.release(0)
    bank.pay_out(4_000)
    (balance,) = shown(GetBalance(), bank.solver).balances
    assert (balance.held.amount_minor, balance.available.amount_minor, balance.pending.amount_minor) == (40_000, 50_000, 0)
    assert shown(GetBalance(), bank.challenger).balances == ()


@pytest.mark.parametrize(("currency", "amount", "fee"), [("JPY", 1005, 101), ("KWD", 1_234_570, 123_460)])
def test_currencies_without_and_with_three_digits_are_counted_in_their_own_minor_units(currency: str, amount: int, fee: int) -> None:
    bank = Bank((amount,), currency=currency)
    bank.accept()
    bank.fund()
    bank.release(0)
    assert bank.sums() == (amount, 0, amount - fee, 0, fee)
    assert bank.balance().currency == currency
    bank.check()


def _earns_and_is_paid(bank: Bank) -> None:
    """Funded at the start, released after an hour, paid out after two."""
    bank.fund()
    bank.clock.advance(timedelta(hours=1))
    bank.release(0)
    bank.clock.advance(timedelta(hours=1))
    bank.pay_out(4_000)


@pytest.mark.parametrize(
    ("hours", "held", "available", "in_transit"), [(0, 100_000, 0, 0), (1, 40_000, 54_000, 0), (2, 40_000, 50_000, 4_000)]
)
def test_a_balance_of_the_past_is_what_it_was(bank: Bank, hours: int, held: int, available: int, in_transit: int) -> None:
    begin = bank.clock.now()
    _earns_and_is_paid(bank)
    query = GetBalance(as_of=begin + timedelta(hours=hours, minutes=59))
    (balance,) = GetBalanceHandler(bank.memory.unit_of_work)(query, bank.solver).balances
    assert balance.in_transit is not None
    seen = (balance.held.amount_minor, balance.available.amount_minor, balance.in_transit.amount_minor)
    assert seen == (held, available, in_transit)


def test_a_statement_tells_each_entry_and_what_was_there_then(bank: Bank) -> None:
    begin = bank.clock.now()
    _earns_and_is_paid(bank)
    shown = GetStatementHandler(bank.memory.unit_of_work)
    query = GetStatement(currency="EUR", since=begin, until=begin + timedelta(hours=2))
    first = shown(query, bank.solver)
    assert (first.opening.amount_minor, first.closing.amount_minor) == (0, 54_000)
    assert [(line.kind, line.amount.amount_minor) for line in first.lines] == [("release", 54_000)]
    rest = shown(query.model_copy(update={"since": query.until, "until": query.until + timedelta(days=1)}), bank.solver)
    assert (rest.opening, rest.closing.amount_minor) == (first.closing, 50_000)
    assert [(line.kind, line.balance.amount_minor) for line in rest.lines] == [("payout_begun", 50_000)]
    assert rest.lines[0].reference.startswith("payout_")


def test_a_statement_shows_ones_own_money_alone(bank: Bank) -> None:
    begin = bank.clock.now()
    _earns_and_is_paid(bank)
    for account in StatementAccount:
        query = GetStatement(currency="EUR", account=account, since=begin, until=begin + timedelta(days=1))
        assert GetStatementHandler(bank.memory.unit_of_work)(query, bank.challenger).lines == ()


@pytest.mark.parametrize("length", [timedelta(0), timedelta(days=-1), timedelta(days=367)])
def test_a_statement_covers_a_period_of_at_most_a_year(bank: Bank, length: timedelta) -> None:
    with pytest.raises(ValidationError):
        GetStatement(currency="EUR", since=bank.clock.now(), until=bank.clock.now() + length)
