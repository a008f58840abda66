"""Two disputes of one payment at the payer's bank: each bears its own part of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from payments_bank import Bank
from test_lost_chargebacks import LOST, TAKEN, WON, losses, tell
from test_returned_refunds import elsewhere

from contracts.payments.views import ChargebackStatus
from payments.domain.chargeback import Taken, taken_from
from payments.domain.fees import Share


def both(bank: Bank, first: ChargebackStatus, second: ChargebackStatus) -> None:
    tell(bank, first, 30_000, id="du_1")
    tell(bank, second, 30_000, id="du_2")


@pytest.fixture
def half(bank: Bank) -> Bank:
    """30000 are held, 30000 were released."""
    bank.fund(0)
    bank.release(amount=30_000)
    return bank


@pytest.mark.parametrize("turned", [False, True])
def test_the_second_takes_what_the_first_did_not(half: Bank, turned: bool) -> None:
    both(half, TAKEN, TAKEN)
    assert (half.balance().available.amount_minor, losses(half)) == (0, 33_000)
    for id in ("du_2", "du_1") if turned else ("du_1", "du_2"):
        tell(half, LOST, 30_000, id=id)
    assert (half.sums(), losses(half)) == ((60_000, 0, 27_000, 30_000, 3_000), 3_000)
    assert (half.balance().available.amount_minor, elsewhere(half)) == (0, 3_000)
    half.check()


def test_one_is_won_and_the_other_lost(half: Bank) -> None:
    both(half, TAKEN, TAKEN)
    both(half, WON, LOST)
    assert (half.sums(), losses(half)) == ((60_000, 30_000, 27_000, 0, 3_000), 3_000)
    half.check()


def test_what_was_won_is_there_to_be_taken_again(half: Bank) -> None:
    both(half, WON, TAKEN)
    assert (half.balance().available.amount_minor, losses(half)) == (27_000, 30_000)


def test_one_that_is_lost_has_been_borne(half: Bank) -> None:
    """There were 60000: the third finds nothing, and nobody bears more than came."""
    both(half, LOST, LOST)
    tell(half, LOST, 10_000, id="du_3")
    assert (half.balance().available.amount_minor, losses(half), elsewhere(half)) == (0, 13_000, 13_000)
    half.check()


def test_of_a_team_the_second_is_borne_by_who_has_not_paid_yet(half: Bank) -> None:
    tell(half, TAKEN, 50_000)
    (first,) = half.memory.table("chargebacks").values()
    first = replace(first, taken=Taken((("ann", 9_000),), 11_000, (("milestone_1", 10_000),), (("ann", 1_000),)))
    releases = [("ann", Share(15_000, 1_500)), ("bob", Share(15_000, 1_500))]
    taken = taken_from(half.escrow, "ch_pi_0", 40_000, releases, others=[replace(first, status=LOST)])
    assert (dict(taken.payees), dict(taken.fees)) == ({"ann": 4_500, "bob": 4_500}, {"ann": 500, "bob": 500})


@pytest.mark.parametrize("amount", [99, 95, 1])
def test_amounts_that_cannot_be_paid_leave_nobody_with_less_than_nothing(amount: int) -> None:
    bank = Bank((1_000,), currency="KWD")
    bank.accept()
    bank.fund(0)
    bank.release(0)
    tell(bank, TAKEN, amount, id="du_1")
    (first,) = bank.memory.table("chargebacks").values()
    taken = taken_from(bank.escrow, "ch_pi_0", 100, [(bank.solver.user_id, Share(100, 10))], others=[first])
    assert taken.total == 100
    assert taken.elsewhere == amount
