"""Escrows and balances as their parties see them."""

import pytest
from payments_bank import Bank, person

from contracts.identity.roles import Role
from contracts.payments.queries import GetChallengeEscrow, GetEscrow
from payments.domain.errors import EscrowNotFound
from payments.usecases.get_balance import GetBalanceHandler
from payments.usecases.get_challenge_escrow import GetChallengeEscrowHandler
from payments.usecases.get_escrow import GetEscrowHandler


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
    assert shown(bank.solver).balances == ()
    bank.fund()
    bank.release(0)
    bank.pay_out(4_000)
    (balance,) = shown(bank.solver).balances
    assert (balance.held.amount_minor, balance.available.amount_minor, balance.pending.amount_minor) == (40_000, 50_000, 0)
    assert shown(bank.challenger).balances == ()


@pytest.mark.parametrize(("currency", "amount", "fee"), [("JPY", 1005, 101), ("KWD", 1_234_567, 123_457)])
def test_currencies_without_and_with_three_digits_are_counted_in_their_own_minor_units(currency: str, amount: int, fee: int) -> None:
    bank = Bank((amount,), currency=currency)
    bank.accept()
    bank.fund()
    bank.release(0)
    assert bank.sums() == (amount, 0, amount - fee, 0, fee)
    assert bank.balance().currency == currency
    bank.check()
