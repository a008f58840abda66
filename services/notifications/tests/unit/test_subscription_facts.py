"""Who hears what of a subscription: who pays, each time, with the words that fit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from chassis.ids import new_id
from contracts.base import Event
from contracts.money import Price
from contracts.payments import events as payments
from contracts.payments.subscription_views import BillKind, EndReason
from notifications.domain import subscriptions
from notifications.domain.facts import Fact

PAYER = new_id("user")
ABOUT: dict[str, Any] = {
    "subscription_id": new_id("subscription"),
    "owner_id": new_id("organisation"),
    "payer_id": PAYER,
    "plan_id": "expert-pro-monthly",
    "plan_name": "Expert Pro",
}
AMOUNT = Price(amount_minor=1_900, currency="EUR")
SOON = datetime(2030, 1, 2, 3, tzinfo=UTC)
BILL: dict[str, Any] = {**ABOUT, "bill_id": new_id("bill"), "amount": AMOUNT}
PAID = {**BILL, "period_start": SOON, "period_end": SOON, "paid_at": SOON}
FAILED = {**BILL, "kind": BillKind.RENEWAL, "code": "expired_card"}

CASES: list[tuple[Event, str | None]] = [
    (payments.SubscriptionStarted(**ABOUT), None),
    (payments.SubscriptionStarted(**ABOUT, trial_until=SOON), "trial_started"),
    (payments.TrialEnding(**ABOUT, ends_at=SOON, amount=AMOUNT), "trial_ending"),
    (payments.SubscriptionCharged(**PAID, kind=BillKind.RENEWAL), "subscription_charged"),
    (payments.SubscriptionCharged(**PAID, kind=BillKind.UPGRADE), "subscription_upgraded"),
    (payments.SubscriptionPaymentFailed(**FAILED, next_attempt_at=SOON), "subscription_payment_failed"),
    (payments.SubscriptionPaymentFailed(**FAILED), "subscription_payment_failed_for_good"),
    (payments.SubscriptionEnded(**ABOUT, reason=EndReason.REQUESTED), "subscription_cancelled"),
    (payments.SubscriptionEnded(**ABOUT, reason=EndReason.PAYMENT_FAILED), "subscription_ended_unpaid"),
    (payments.SubscriptionEnded(**ABOUT, reason=EndReason.STAFF), "subscription_ended_by_staff"),
    (payments.SubscriptionRefunded(**BILL, reason="Not wanted."), "subscription_refunded"),
]


@pytest.mark.parametrize(("event", "kind"), CASES, ids=[f"{type(event).__name__}-{kind}" for event, kind in CASES])
def test_who_pays_hears_of_it(event: Event, kind: str | None) -> None:
    told: Callable[[Event], list[Fact]] = getattr(subscriptions, event.type().split(".")[1])
    assert [(fact.recipient_id, fact.kind) for fact in told(event)] == ([(PAYER, kind)] if kind else [])
    for fact in told(event):
        assert fact.words["plan"] == "Expert Pro"
        assert (fact.link or "").startswith(f"/v1/subscriptions/{ABOUT['subscription_id']}")


def test_moments_are_handed_on_whole() -> None:
    """A day alone would be the one in UTC, which is another one where many people are."""
    told = [subscriptions.subscription_started(CASES[1][0]), subscriptions.trial_ending(CASES[2][0])]  # type: ignore[arg-type]
    told += [subscriptions.subscription_charged(CASES[3][0]), subscriptions.subscription_payment_failed(CASES[5][0])]  # type: ignore[arg-type]
    moments = [{name: value for name, value in fact.words.items() if isinstance(value, datetime)} for (fact,) in told]
    assert moments == [{"until": SOON}, {"until": SOON}, {"since": SOON, "until": SOON}, {"next": SOON}]
