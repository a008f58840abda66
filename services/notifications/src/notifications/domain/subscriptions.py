"""What people are told of their subscriptions: who pays hears of it, for themselves or for an organisation."""

from __future__ import annotations

from contracts.notifications.views import NotificationCategory as Category
from contracts.payments import events as payments
from contracts.payments.subscription_views import BillKind, EndReason
from notifications.domain.facts import Fact, Words

_ENDS = {
    EndReason.REQUESTED: "subscription_cancelled",
    EndReason.PAYMENT_FAILED: "subscription_ended_unpaid",
    EndReason.STAFF: "subscription_ended_by_staff",
}


def _link(subscription_id: str) -> str:
    return f"/v1/subscriptions/{subscription_id}"


def subscription_started(event: payments.SubscriptionStarted) -> list[Fact]:
    """Only a trial is news: of a first payment the receipt tells."""
    if event.trial_until is None:
        return []
    words: Words = {"plan": event.plan_name, "until": event.trial_until}
    return [Fact(event.payer_id, Category.MONEY, "trial_started", words, _link(event.subscription_id))]


def trial_ending(event: payments.TrialEnding) -> list[Fact]:
    words: Words = {"plan": event.plan_name, "until": event.ends_at, "amount": event.amount}
    return [Fact(event.payer_id, Category.MONEY, "trial_ending", words, _link(event.subscription_id))]


def subscription_charged(event: payments.SubscriptionCharged) -> list[Fact]:
    """A receipt."""
    kind = "subscription_upgraded" if event.kind is BillKind.UPGRADE else "subscription_charged"
    words: Words = {
        "plan": event.plan_name,
        "amount": event.amount,
        "since": event.period_start,
        "until": event.period_end,
    }
    return [Fact(event.payer_id, Category.MONEY, kind, words, f"{_link(event.subscription_id)}/bills")]


def subscription_payment_failed(event: payments.SubscriptionPaymentFailed) -> list[Fact]:
    """Each time; the words say whether it is tried again by itself."""
    words: Words = {"plan": event.plan_name, "amount": event.amount}
    kind = "subscription_payment_failed_for_good"
    if event.next_attempt_at is not None:
        kind, words = "subscription_payment_failed", {**words, "next": event.next_attempt_at}
    return [Fact(event.payer_id, Category.MONEY, kind, words, _link(event.subscription_id))]


def subscription_ended(event: payments.SubscriptionEnded) -> list[Fact]:
    """The reason chooses the words."""
    return [Fact(event.payer_id, Category.MONEY, _ENDS[event.reason], {"plan": event.plan_name}, _link(event.subscription_id))]


def subscription_refunded(event: payments.SubscriptionRefunded) -> list[Fact]:
    words: Words = {"plan": event.plan_name, "amount": event.amount}
    return [Fact(event.payer_id, Category.MONEY, "subscription_refunded", words, f"{_link(event.subscription_id)}/bills")]
