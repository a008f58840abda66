"""Currencies of no, two and three digits, amounts at their limits, and that no arithmetic mixes them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from payments_bank import Bank
from payments_court import Court

from chassis.ids import new_id
from contracts.errors import DomainError
from contracts.money import CURRENCY_EXPONENTS, MAX_AMOUNT_MINOR
from contracts.payments.queries import GetBalance
from payments.domain import entries
from payments.domain.amount_errors import AmountNotPayable, EscrowTooLarge
from payments.domain.chargeback import taken_from
from payments.domain.currencies import payout_step_of, step_of
from payments.domain.errors import CurrencyMismatch
from payments.domain.fees import WHOLE, fee_of, next_share
from payments.domain.ledger import Account, AccountKind, Move, postings_of
from payments.domain.splits import Member, divided
from payments.usecases.bookkeeping import post
from payments.usecases.get_balance import GetBalanceHandler
from payments.usecases.ports import MovementStatus

THREE = (Member(new_id("user"), 3_334), Member(new_id("user"), 3_333), Member(new_id("user"), 3_333))
currencies = st.sampled_from(sorted(CURRENCY_EXPONENTS))


def engaged(*amounts: int, currency: str, fee_basis_points: int = 1000) -> Bank:
    bank = Bank(amounts, currency=currency, fee_basis_points=fee_basis_points)
    bank.accept()
    return bank


@pytest.mark.parametrize(
    ("currency", "amount", "net", "fee"),
    [("JPY", 1_005, 904, 101), ("EUR", 1_005, 904, 101), ("KWD", 12_350, 11_110, 1_240), ("KWD", 40, 40, 0), ("KWD", 50, 40, 10)],
)
def test_funded_released_refunded_and_paid_out_in_minor_units(currency: str, amount: int, net: int, fee: int) -> None:
    """Half of what is agreed twice is released, the other given back; of three digits, all that moves ends in a zero."""
    bank = engaged(amount, amount, currency=currency)
    bank.fund()
    bank.release(0)
    bank.refund(1)
    assert bank.sums() == (2 * amount, 0, net, amount, fee)
    if net >= 10 ** CURRENCY_EXPONENTS[currency]:
        bank.pay_out(net)
        assert bank.balance().available.amount_minor == 0
    moved = [move.amount for row in bank.memory.table("journals").values() for move in row.moves]
    assert all(part % step_of(currency) == 0 for part in moved)
    bank.check()


@pytest.mark.parametrize("currency", ["EUR", "JPY", "KWD"])
def test_the_smallest_amount_among_three_goes_to_one(currency: str) -> None:
    smallest = step_of(currency)
    bank = engaged(smallest, currency=currency, fee_basis_points=0)
    with bank.memory.unit_of_work() as work:
        work.escrows.save(bank.escrow.set_team(THREE))
    bank.fund()
    bank.release(0)
    assert [(row["amount"], row["to"]) for row in bank.stripe.transfers.values()] == [(smallest, "acct_1")]
    assert bank.sums() == (smallest, 0, smallest, 0, 0)
    bank.check()


@pytest.mark.parametrize("currency", ["EUR", "JPY", "KWD"])
def test_the_largest_amount_there_is(currency: str) -> None:
    """One escrow takes in no more than the largest amount: all its sums can be told."""
    bank = engaged(MAX_AMOUNT_MINOR - 10, 10, 10, currency=currency)
    bank.fund(0)
    bank.fund(1)
    with pytest.raises(EscrowTooLarge):
        bank.fund(2)
    bank.release(0)
    with pytest.raises(EscrowTooLarge):
        bank.thank(10)
    bank.refund(1)
    with pytest.raises(EscrowTooLarge):
        bank.fund(1)
    fee = {"KWD": 10**11}.get(currency, 10**11 - 1)
    assert bank.sums() == (MAX_AMOUNT_MINOR, 0, MAX_AMOUNT_MINOR - 10 - fee, 10, fee)
    bank.check()


@pytest.mark.parametrize("amount", [12_345, 1, 99])
def test_an_amount_that_no_bank_moves_is_refused_and_changes_nothing(amount: int) -> None:
    bank = engaged(60_000, currency="KWD")
    bank.fund()
    bank.release(amount=20_000)
    before, court = (bank.sums(), bank.stripe.calls.copy()), Court(bank)
    disputed = court.mediate(court.answer(court.open(10_000)))
    for act in (
        lambda: bank.release(amount=amount),
        lambda: bank.refund(amount=amount),
        lambda: bank.pay_out(amount),
        lambda: bank.thank(amount),
        lambda: court.open(amount),
        lambda: court.decide(disputed, 5_000 + amount % 10, 5_000 - amount % 10),
    ):
        with pytest.raises(AmountNotPayable) as refusal:
            act()
        assert refusal.value.fields[0].detail == "must be a multiple of 10"
    assert (bank.sums(), bank.stripe.calls) == before


def test_an_agreement_on_what_no_bank_moves_is_refused_before_anything_is_charged() -> None:
    bank = engaged(60_000, 12_345, currency="KWD")
    for milestone in (None, 1):
        with pytest.raises(AmountNotPayable):
            bank.fund(milestone)
    bank.fund(0)
    assert bank.sums() == (60_000, 60_000, 0, 0, 0)


def test_forints_are_paid_out_in_whole_ones() -> None:
    bank = engaged(60_000, currency="HUF", fee_basis_points=0)
    bank.fund()
    bank.release(0)
    with pytest.raises(AmountNotPayable):
        bank.pay_out(12_350)
    bank.pay_out(12_300)
    assert (payout_step_of("TWD"), payout_step_of("KWD"), payout_step_of("EUR")) == (100, 10, 1)


@given(currency=currencies, steps=st.lists(st.integers(0, 10**9), min_size=1, max_size=6), rate=st.integers(0, WHOLE))
def test_in_every_currency_shares_are_payable_and_add_up(currency: str, steps: list[int], rate: int) -> None:
    step = step_of(currency)
    released = fees = 0
    for part in (number * step for number in steps):
        share = next_share(part, released_before=released, fees_before=fees, basis_points=rate, step=step)
        released, fees = released + part, fees + share.fee
        for amount in (share.net, share.fee):
            parts = divided(amount, THREE, step)
            assert sum(parts) == amount
            assert all(one % step == 0 and one >= 0 for one in parts)
    assert fees == fee_of(released, rate, step)
    assert abs(2 * (fees * WHOLE - released * rate)) <= WHOLE * step


parts = st.integers(1, 20_000).map(lambda number: number * 10)
deeds = st.tuples(st.sampled_from(["release", "refund", "thank", "take_back", "dispute", "pay_out", "coupon"]), parts)


@settings(max_examples=25, deadline=None)
@given(currency=st.sampled_from(["KWD", "JPY", "EUR"]), rate=st.integers(0, 3_000), team=st.booleans(), done=st.lists(deeds, max_size=8))
def test_whatever_is_done_all_that_moves_is_payable_and_no_unit_is_lost(
    currency: str, rate: int, team: bool, done: list[tuple[str, int]]
) -> None:
    bank = engaged(123_450, 60_010, currency=currency, fee_basis_points=rate)
    if team:
        with bank.memory.unit_of_work() as work:
            work.escrows.save(bank.escrow.set_team((Member(bank.solver.user_id, 3_334), *THREE[1:])))
    bank.fund(0)
    bank.stripe.payout_status = MovementStatus.SUCCEEDED
    court = Court(bank, limit=MAX_AMOUNT_MINOR)
    acts: dict[str, Callable[[int], object]] = {
        "release": lambda amount: bank.release(amount=amount),
        "refund": lambda amount: bank.refund(amount=amount),
        "thank": lambda amount: bank.thank(amount),
        "take_back": lambda amount: bank.take_back(0, amount),
        "dispute": lambda amount: court.decide(court.in_mediation(amount), amount // 30 * 10, amount - amount // 30 * 10),
        "pay_out": lambda amount: bank.pay_out(amount),
        "coupon": lambda _: bank.coupon(basis_points=333) and bank.fund(1, coupon="WELCOME"),
    }
    for name, amount in done:
        with suppress(DomainError):
            acts[name](amount)
    bank.settle()
    moved = [move.amount for row in bank.memory.table("journals").values() for move in row.moves]
    assert all(part % step_of(currency) == 0 for part in moved)
    bank.check()


@given(currency=currencies, gross=st.integers(1, 10**6), rate=st.integers(0, WHOLE), taken=st.integers(1, 10**6))
def test_what_a_bank_takes_back_of_a_release_is_taken_in_payable_parts(currency: str, gross: int, rate: int, taken: int) -> None:
    step = step_of(currency)
    escrow = engaged(step, currency=currency).escrow
    share = next_share(gross * step, released_before=0, fees_before=0, basis_points=rate, step=step)
    bears = taken_from(escrow, "ch_1", taken * step, [("user_1", share)])
    assert bears.total == taken * step
    assert all(part % step == 0 for _, part in (*bears.payees, *bears.fees, ("platform", bears.platform)))


@given(currencies, currencies, st.integers(1, MAX_AMOUNT_MINOR))
def test_no_move_and_no_journal_mixes_currencies(first: str, second: str, amount: int) -> None:
    source, end = Account(AccountKind.HELD, "escrow_1", first), Account(AccountKind.AVAILABLE, "user_1", second)
    if first != second:
        with pytest.raises(ValueError, match="currency"):
            Move(source, end, amount)
        return
    sums = postings_of((Move(source, end, amount), Move(end, source, 1)))
    assert {account.currency for account in sums} <= {first}
    assert sum(sums.values()) == 0


ACTS = ("release", "refund", "pay_out", "thank", "dispute")


@settings(max_examples=25, deadline=None)
@given(own=currencies, other=currencies, act=st.sampled_from(ACTS), amount=st.integers(1, 50).map(lambda number: number * 10_000))
def test_whoever_asks_in_another_currency_gets_nothing_of_this_one(own: str, other: str, act: str, amount: int) -> None:
    bank = engaged(600_000, 600_000, currency=own)
    bank.fund()
    bank.release(0)
    before, ledger = bank.sums(), dict(bank.memory.table("balances"))
    bank.currency = other
    acts = {
        "release": lambda: bank.release(amount=amount),
        "refund": lambda: bank.refund(amount=amount),
        "pay_out": lambda: bank.pay_out(amount),
        "thank": lambda: bank.thank(amount),
        "dispute": lambda: Court(bank).open(amount),
    }
    if own == other:
        return
    with pytest.raises(DomainError) as refusal:
        acts[act]()
    assert act == "pay_out" or isinstance(refusal.value, CurrencyMismatch)
    assert (bank.sums(), dict(bank.memory.table("balances"))) == (before, ledger)


def test_a_person_has_a_balance_for_each_currency_and_no_sum_over_them() -> None:
    bank = engaged(60_000, currency="EUR")
    bank.fund()
    bank.release(0)
    user_id = bank.solver.user_id
    for currency, amount in (("JPY", 7_000), ("KWD", 10)):
        with bank.memory.unit_of_work() as work:
            post(work, user_id, f"grant:{currency}", entries.credit_granted(user_id, amount, currency), bank.clock.now())
    balances = GetBalanceHandler(bank.memory.unit_of_work)(GetBalance(), bank.solver).balances
    told = [(row.currency, row.available.amount_minor, row.credit.amount_minor if row.credit else 0) for row in balances]
    assert told == [("EUR", 54_000, 0), ("JPY", 0, 7_000), ("KWD", 0, 10)]
    bank.check()
