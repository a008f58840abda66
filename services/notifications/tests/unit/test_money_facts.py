"""Who hears what of money: the right people, each with what concerns them, once for a fact."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chassis.ids import new_id
from contracts.base import Event
from contracts.money import Money, Price
from contracts.notifications.views import NotificationCategory as Category
from contracts.payments import events as payments
from contracts.payments.coupon_views import CreditCause
from contracts.payments.views import MilestoneKind
from notifications.domain import facts
from notifications.domain.facts import Fact

PAYER, PAYEE, MEMBER = (new_id("user") for _ in range(3))
ESCROW, DISPUTE = new_id("escrow"), new_id("dispute")
OF_ESCROW: dict[str, Any] = {
    "escrow_id": ESCROW,
    "challenge_id": new_id("challenge"),
    "challenge_title": "A title",
    "payer_id": PAYER,
    "payee_id": PAYEE,
}
SOME = Price(amount_minor=5_000, currency="EUR")
PART, REST = Money(amount_minor=3_000, currency="EUR"), Money(amount_minor=2_000, currency="EUR")
OF_DISPUTE = {**OF_ESCROW, "dispute_id": DISPUTE, "opened_by": PAYER, "amount": SOME}
BY_PAYEE = {**OF_DISPUTE, "opened_by": PAYEE}
OF_BACK = {**OF_ESCROW, "chargeback_id": "du_1", "amount": SOME, "reason": "fraudulent"}
PAID = {"gross": SOME, "fee": REST, "net": PART}
BACK: dict[str, Any] = {**OF_ESCROW, "milestone_id": new_id("milestone"), "amount": SOME, "reason": "r", "milestone_settled": True}

CASES: list[tuple[Event, dict[str, tuple[str, Money | None]]]] = [
    (payments.ExtraPaid(**OF_ESCROW, **PAID, kind=MilestoneKind.TIP, recipient_id=MEMBER), {MEMBER: ("tip_paid", PART)}),
    (payments.ExtraPaid(**OF_ESCROW, **PAID, kind=MilestoneKind.BONUS, recipient_id=PAYEE), {PAYEE: ("bonus_paid", PART)}),
    (
        payments.FundsReleased(**OF_ESCROW, **PAID, milestone_id=new_id("milestone"), milestone_settled=True, recipient_id=MEMBER),
        {MEMBER: ("funds_released", PART)},
    ),
    (
        payments.FundsReleased(**OF_ESCROW, **PAID, milestone_id=new_id("milestone"), milestone_settled=True),
        {PAYEE: ("funds_released", PART)},
    ),
    (
        payments.ReleaseTakenBack(**OF_ESCROW, milestone_id=new_id("milestone"), recipient_id=MEMBER, net=PART, reason="r"),
        {MEMBER: ("release_taken_back", PART)},
    ),
    (payments.PayoutAccountDue(**OF_ESCROW, recipient_id=MEMBER, amount=SOME), {MEMBER: ("payout_account_due", SOME)}),
    (payments.FundsRefunded(**BACK), {PAYER: ("funds_refunded", SOME)}),
    (payments.FundsRefunded(**BACK, by_bank=True), {}),
    (payments.EscrowFrozen(**OF_ESCROW, reason="r"), {PAYER: ("escrow_frozen", None), PAYEE: ("escrow_frozen", None)}),
    (payments.EscrowUnfrozen(**OF_ESCROW, reason="r"), {PAYER: ("escrow_unfrozen", None), PAYEE: ("escrow_unfrozen", None)}),
    (payments.ChargebackOpened(**OF_BACK), {PAYEE: ("chargeback_opened", SOME)}),
    (payments.ChargebackClosed(**OF_BACK, won=True), {PAYER: ("chargeback_won", SOME), PAYEE: ("chargeback_won", SOME)}),
    (payments.ChargebackClosed(**OF_BACK, won=False), {PAYER: ("chargeback_lost", SOME), PAYEE: ("chargeback_lost", SOME)}),
    (payments.DisputeOpened(**OF_DISPUTE, reason="r"), {PAYEE: ("dispute_opened", SOME)}),
    (payments.DisputeOpened(**BY_PAYEE, reason="r"), {PAYER: ("dispute_opened", SOME)}),
    (payments.DisputeAnswered(**OF_DISPUTE), {PAYER: ("dispute_answered", SOME)}),
    (payments.DisputeMediated(**OF_DISPUTE), {PAYER: ("dispute_mediated", SOME), PAYEE: ("dispute_mediated", SOME)}),
    (
        payments.DisputeDecided(**OF_DISPUTE, to_payee=PART, to_payer=REST, reason="r"),
        {PAYEE: ("dispute_decided", PART), PAYER: ("dispute_decided", REST)},
    ),
    (payments.DisputeWithdrawn(**BY_PAYEE), {PAYER: ("dispute_withdrawn", SOME)}),
    (payments.DisputeWithdrawn(**BY_PAYEE, by_bank=True), {PAYER: ("dispute_lapsed", SOME), PAYEE: ("dispute_lapsed", SOME)}),
    (payments.PayoutFailed(payout_id=new_id("payout"), user_id=PAYEE, amount=SOME, code="c"), {PAYEE: ("payout_failed", SOME)}),
]


def _named(event: Event) -> str:
    return event.type().split(".")[1]


@pytest.mark.parametrize(("event", "told"), CASES, ids=[f"{place} {_named(event)}" for place, (event, _) in enumerate(CASES)])
def test_who_hears_what(event: Event, told: dict[str, tuple[str, Money | None]]) -> None:
    of: Callable[[Event], list[Fact]] = getattr(facts, _named(event))
    heard = of(event)
    assert {fact.recipient_id: (fact.kind, fact.words.get("amount")) for fact in heard} == told
    assert len(heard) == len(told)
    assert all(fact.category is Category.MONEY for fact in heard)
    assert all(fact.link and fact.link.startswith("/v1/") for fact in heard)


@pytest.mark.parametrize(("cause", "kind"), [(CreditCause.REFERRAL, "referral_rewarded"), (CreditCause.STAFF, "credit_granted")])
def test_whoever_is_given_credit_hears_of_it_and_why(cause: CreditCause, kind: str) -> None:
    (fact,) = facts.credit_granted(payments.CreditGranted(user_id=PAYER, amount=SOME, cause=cause))
    assert (fact.recipient_id, fact.category, fact.kind, fact.words) == (PAYER, Category.MONEY, kind, {"amount": SOME})
