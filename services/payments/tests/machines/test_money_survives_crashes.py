"""The process dies between any two effects, and comes back: every movement of money happens once, and every sum is right.

Each story is walked once for every point at which it can die: before and after each call to the processor, before and
after each commit. Then either the client sends its request again, with its key, or the timer alone finds the saga.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from payments_bank import Bank
from payments_fakes import Crash

from payments.domain.errors import PaymentDeclined
from payments.usecases.ports import MovementStatus


@dataclass(frozen=True)
class Story:
    """What has happened before, what is being done when the process dies, and how it must end."""

    act: Callable[[Bank], object]
    sums: tuple[int, int, int, int, int]  # funded, held, released, refunded, fees
    told: dict[str, int]
    before: Callable[[Bank], object] = lambda bank: None
    available: int = 0
    paid_out: int = 0
    configure: Callable[[Bank], object] = lambda bank: None
    calls: dict[str, int] = field(default_factory=dict)


def _funded(bank: Bank) -> None:
    bank.fund()


def _earned(bank: Bank) -> None:
    bank.fund()
    bank.release(0)


def _declined(bank: Bank) -> None:
    with pytest.raises(PaymentDeclined):
        bank.fund(method="pm_card_chargeDeclined", key="k")


def _payouts(status: MovementStatus) -> Callable[[Bank], None]:
    def configure(bank: Bank) -> None:
        bank.stripe.payout_status = status

    return configure


FUNDED, PAID = {"EscrowFunded": 1}, {"EscrowFunded": 1, "FundsReleased": 1}
STORIES = {
    "fund": Story(lambda bank: bank.fund(key="k"), (100_000, 100_000, 0, 0, 0), FUNDED),
    "fund, declined": Story(_declined, (0, 0, 0, 0, 0), {"FundingFailed": 1}),
    "fund what is approved": Story(
        lambda bank: bank.fund(key="k"), (100_000, 40_000, 54_000, 0, 6_000), PAID, before=lambda bank: bank.approve(0), available=54_000
    ),
    "release": Story(lambda bank: bank.release(0, key="k"), (100_000, 40_000, 54_000, 0, 6_000), PAID, before=_funded, available=54_000),
    "release a part": Story(
        lambda bank: bank.release(amount=70_000, key="k"),
        (100_000, 30_000, 63_000, 0, 7_000),
        {"EscrowFunded": 1, "FundsReleased": 2},
        before=_funded,
        available=63_000,
    ),
    "refund a part": Story(
        lambda bank: bank.refund(amount=70_000, key="k"),
        (100_000, 30_000, 0, 70_000, 0),
        {"EscrowFunded": 1, "FundsRefunded": 2},
        before=_funded,
    ),
    "take back": Story(
        lambda bank: bank.take_back(0, 30_000, key="k"),
        (100_000, 40_000, 27_000, 30_000, 3_000),
        PAID | {"ReleaseTakenBack": 1, "FundsRefunded": 1, "ActionTaken": 1},
        before=_earned,
        available=27_000,
    ),
    "payout": Story(
        lambda bank: bank.pay_out(50_000, key="k"),
        (100_000, 40_000, 54_000, 0, 6_000),
        PAID | {"PayoutRequested": 1, "PayoutPaid": 1},
        before=_earned,
        available=4_000,
        paid_out=50_000,
        configure=_payouts(MovementStatus.SUCCEEDED),
    ),
    "payout, failed": Story(
        lambda bank: bank.pay_out(50_000, key="k"),
        (100_000, 40_000, 54_000, 0, 6_000),
        PAID | {"PayoutRequested": 1, "PayoutFailed": 1},
        before=_earned,
        available=54_000,
        configure=_payouts(MovementStatus.FAILED),
    ),
}


def _opened(story: Story) -> Bank:
    bank = Bank()
    bank.accept()
    story.configure(bank)
    story.before(bank)
    return bank


def _points(story: Story) -> int:
    bank = _opened(story)
    bank.crashes.arm(None)
    story.act(bank)
    bank.settle()
    return bank.crashes.passed


def _whole(story: Story, bank: Bank) -> None:
    story.act(bank)
    bank.settle()


def _dies_at(bank: Bank, point: int, work: Callable[[Bank], object]) -> bool:
    bank.crashes.arm(point)
    try:
        work(bank)
    except Crash:
        return True
    finally:
        bank.crashes.arm(None)
    return False


@pytest.mark.parametrize("asked_again", [True, False], ids=["the client asks again", "nobody asks again"])
@pytest.mark.parametrize("downtime", [timedelta(seconds=31), timedelta(days=3)], ids=["soon", "when Stripe has forgotten the keys"])
@pytest.mark.parametrize("name", STORIES)
def test_a_crash_at_any_point_changes_nothing_in_the_end(name: str, downtime: timedelta, asked_again: bool) -> None:
    story = STORIES[name]
    points = _points(story)
    assert points >= 4
    for point in range(points):
        bank = _opened(story)
        assert _dies_at(bank, point, lambda bank: _whole(story, bank))
        bank.clock.advance(downtime)
        if downtime > timedelta(days=1):
            bank.stripe.forget_keys()
        began = bool(bank.running) or len(bank.sagas) > len(_opened(story).sagas)
        if asked_again:
            story.act(bank)
        elif not began:
            continue  # died before anything was recorded: nothing has happened
        bank.settle()
        _ended_well(story, bank)


@pytest.mark.parametrize("name", STORIES)
def test_two_crashes_in_a_row_change_nothing_in_the_end(name: str) -> None:
    story = STORIES[name]
    points = _points(story)
    for first in range(0, points, 2):
        for second in range(points):
            bank = _opened(story)
            assert _dies_at(bank, first, lambda bank: _whole(story, bank))
            bank.clock.advance(timedelta(seconds=31))
            _dies_at(bank, second, Bank.settle)
            bank.clock.advance(timedelta(seconds=31))
            story.act(bank)
            bank.settle()
            _ended_well(story, bank)


@pytest.mark.parametrize("name", STORIES)
def test_two_drivers_at_once_have_one_effect(name: str) -> None:
    """The lease runs out while the first driver waits for an answer: the second does the same, and only one records it."""
    story = STORIES[name]
    bank = _opened(story)
    others = 0

    def slow(_: str) -> None:
        nonlocal others
        if others == 0:
            others += 1
            bank.resume(timedelta(seconds=31))
            others -= 1

    bank.stripe.answering = slow
    story.act(bank)
    bank.settle()
    _ended_well(story, bank)


def _ended_well(story: Story, bank: Bank) -> None:
    assert bank.sums() == story.sums
    assert bank.told() == Counter(story.told)
    assert bank.running == []
    if bank.memory.table("balances"):
        balance = bank.balance()
        assert (balance.available.amount_minor, balance.paid_out.amount_minor) == (story.available, story.paid_out)
        assert balance.pending.amount_minor == 0
        bank.check()
