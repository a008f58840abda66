"""What operators have switched off is refused before anything begins; what has begun is brought to its end."""

from __future__ import annotations

import pytest
from payments_bank import Bank
from payments_subscribing import Subscribing

from payments.domain.errors import TipsClosed
from payments.domain.subscriptions.errors import SubscriptionsClosed


def test_no_tips_while_they_are_switched_off(bank: Bank) -> None:
    bank.fund()
    bank.release(0)
    bank.tips_open = False
    before = bank.escrow
    with pytest.raises(TipsClosed) as refusal:
        bank.thank(5_000)
    assert refusal.value.problem().code == "payments.tips.closed"
    assert bank.escrow == before
    bank.tips_open = True
    bank.thank(5_000)
    assert len(bank.escrow.milestones) == len(before.milestones) + 1


def test_a_tip_that_was_begun_is_answered_though_they_were_switched_off_since(bank: Bank) -> None:
    bank.fund()
    bank.release(0)
    first = bank.thank(5_000, key="once")
    bank.tips_open = False
    assert len(bank.thank(5_000, key="once").milestones) == len(first.milestones)


def test_no_subscription_begins_while_they_are_switched_off_and_one_that_goes_on_does() -> None:
    club = Subscribing()
    club.open = False
    with pytest.raises(SubscriptionsClosed):
        club.start()
    assert club.memory.table("subscriptions") == {}
    club.open = True
    club.start()
    club.open = False
    club.cancel()
    assert club.subscription.cancel_at_period_end
