"""The process dies inside a charge, a refund or a chargeback of a subscription, between any two effects.

However it dies, and whether somebody asks again or the timers alone go on: each period is charged once, everybody is told once, and it
ends as it does when nothing dies.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from payments_fakes import Crash
from payments_subscribing import START, VISA, Subscribing

from contracts.payments.views import ChargebackStatus
from payments.domain.errors import PaymentDeclined

SOON, KEYS_FORGOTTEN, A_MONTH = timedelta(seconds=31), timedelta(days=2), timedelta(days=28)


@dataclass(frozen=True)
class Story:
    """What has happened before, and what is under way when the process dies."""

    before: Callable[[Subscribing], object]
    act: Callable[[Subscribing], object]
    trial_days: int = 0


def _nothing(world: Subscribing) -> None:
    """It begins here."""


def _subscribed(world: Subscribing) -> None:
    world.start()


def _due(world: Subscribing) -> None:
    """The next period has begun, and nobody has charged it yet."""
    world.start()
    world.clock.advance(A_MONTH)


def _dunned(world: Subscribing) -> None:
    """A renewal has failed, and is about to be tried again."""
    _due(world)
    world.stripe.broke.add(VISA)
    world.settle()
    world.stripe.broke.clear()
    world.clock.advance(timedelta(days=1))


def _about_to_be_given_up(world: Subscribing) -> None:
    _due(world)
    world.stripe.broke.add(VISA)
    world.settle()
    world.until(START + A_MONTH + timedelta(days=6, hours=23))
    world.clock.advance(timedelta(hours=1))


def _trial_over(world: Subscribing) -> None:
    world.start()
    world.until(START + timedelta(days=13))
    world.clock.advance(timedelta(days=1))


def _ended_while_charged(world: Subscribing) -> None:
    """The debit of the second period is under way, and staff has ended the subscription."""
    world.start()
    world.pay_with("pm_bankDebit")
    world.clock.advance(A_MONTH)
    world.settle()
    world.end()
    world.stripe.succeed("pi_1")
    world.clock.advance(timedelta(minutes=11))


def _charged_back(world: Subscribing) -> None:
    world.start()
    world.dispute(world.bills[0], ChargebackStatus.NEEDS_RESPONSE, "evt_1")


def _declines(world: Subscribing) -> None:
    with pytest.raises(PaymentDeclined):
        world.start(method="pm_card_chargeDeclined", key="k")


def _told(status: ChargebackStatus, event: str) -> Callable[[Subscribing], object]:
    return lambda world: world.dispute(world.bills[0], status, event)


STORIES = {
    "the first charge": Story(_nothing, lambda world: world.start(key="k")),
    "a first charge that is declined": Story(_nothing, _declines),
    "an upgrade": Story(_subscribed, lambda world: world.change("pro-month", key="k")),
    "a renewal": Story(_due, lambda world: world.turn()),
    "the end of a trial": Story(_trial_over, lambda world: world.turn(), trial_days=14),
    "a renewal that is tried again": Story(_dunned, lambda world: world.turn()),
    "the last try": Story(_about_to_be_given_up, lambda world: world.turn()),
    "a charge that comes too late": Story(_ended_while_charged, lambda world: world.turn()),
    "a refund": Story(_subscribed, lambda world: world.refund(world.bills[0], 300, key="k")),
    "a chargeback": Story(_subscribed, _told(ChargebackStatus.NEEDS_RESPONSE, "evt_1")),
    "a chargeback that is lost": Story(_charged_back, _told(ChargebackStatus.LOST, "evt_2")),
    "a chargeback that is won": Story(_charged_back, _told(ChargebackStatus.WON, "evt_2")),
}


def _opened(story: Story) -> Subscribing:
    world = Subscribing(trial_days=story.trial_days)
    world.crashes.arm(None)
    story.before(world)
    return world


def _settled(world: Subscribing) -> None:
    """The timers run; what is looked at again after a pause is looked at. What nobody has told of is looked for at the processor."""
    for _ in range(4):
        world.clock.advance(timedelta(minutes=11))
        world.turn()


def _whole(story: Story, world: Subscribing) -> None:
    story.act(world)
    _settled(world)


def _outcome(world: Subscribing) -> dict[str, Any]:
    """All that the story comes to, in amounts: ids and moments differ from run to run."""
    balances = world.memory.table("balances").values()
    return {
        "told": Counter(type(event).__name__ for event in world.memory.events),
        "journals": Counter(tuple(move.amount for move in row.moves) for row in world.memory.table("journals").values()),
        "balances": Counter((row.account.kind, row.amount) for row in balances if row.amount),
        "bills": [(row.status, row.amount, row.refunded, row.charged_back, row.lost) for row in world.bills],
        "refunds": sorted(row["amount"] for row in world.stripe.refunds.values()),
        "charged": sorted(intent.amount for intent in world.stripe.intents.values() if intent.charge_id),
        "status": [row.status for row in world.subscriptions],
        "entitled": world.entitled(),
        "under way": sum(saga.driver is not None for saga in world.running),
        "chargebacks": [row.status for row in world.memory.table("bill_chargebacks").values()],
    }


@pytest.mark.parametrize("name", STORIES)
def test_wherever_it_dies_it_ends_as_when_nothing_dies(name: str) -> None:
    story = STORIES[name]
    quiet = _opened(story)
    quiet.crashes.arm(None)
    _whole(story, quiet)
    points, expected, before = quiet.crashes.passed, _outcome(quiet), len(_opened(story).memory.table("sagas"))
    quiet.check()
    assert points >= 4
    for asked_again, downtime in ((True, SOON), (False, KEYS_FORGOTTEN)):
        for point in range(points):
            world = _opened(story)
            world.crashes.arm(point)
            with pytest.raises(Crash):
                _whole(story, world)
            world.crashes.arm(None)
            if downtime == KEYS_FORGOTTEN:
                world.stripe.forget_keys()
            world.clock.advance(downtime)
            if asked_again:
                story.act(world)
            elif story.act in _ASKED_FOR and len(world.memory.table("sagas")) == before:
                continue  # it died before anything was recorded: nothing has happened
            _settled(world)
            world.check()
            assert _outcome(world) == expected, f"died at point {point} of {points}"


_BY_THE_CLOCK = ("a renewal", "the end of a trial", "a renewal that is tried again", "the last try", "a charge that comes too late")
_ASKED_FOR = tuple(story.act for name, story in STORIES.items() if name not in _BY_THE_CLOCK)
