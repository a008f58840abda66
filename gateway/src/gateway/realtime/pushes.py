"""Which domain event reaches whose sockets, under which name, with what in it.

People are named by the event itself, which its owner filled: nobody else is told. What an event says to them is kept to
ids and to what all of its recipients may see; the rest they fetch as themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from contracts.base import Event
from contracts.challenges import events as challenges
from contracts.messaging.events import ConversationOpened, ConversationRead, MessageSent
from contracts.notifications.events import NotificationCreated, NotificationsRead
from contracts.payments import events as payments

E = TypeVar("E", bound=Event)
P = TypeVar("P", payments.PayoutRequested, payments.PayoutPaid, payments.PayoutFailed)


@dataclass(frozen=True, slots=True)
class Push(Generic[E]):
    """`event` becomes a socket event `name` for `people`, carrying `data`."""

    event: type[E]
    name: str
    people: Callable[[E], Iterable[str | None]]
    data: Callable[[E], dict[str, Any]]

    def recipients(self, event: E) -> frozenset[str]:
        return frozenset(user_id for user_id in self.people(event) if user_id is not None)


def _json(*fields: str) -> Callable[[Event], dict[str, Any]]:
    return lambda event: event.model_dump(mode="json", include=set(fields))


def _challenge(event: type[E], people: Callable[[E], Iterable[str | None]], *fields: str) -> Push[E]:
    """`challenge.updated {challenge_id, change, …}`: `change` is the fact's name, such as `application_accepted`."""
    change = event.type().split(".")[1]
    return Push(event, "challenge.updated", people, lambda fact: {"change": change, **_json("challenge_id", *fields)(fact)})


def _both(fact: Any) -> Iterable[str | None]:
    """Payer and payee."""
    return (fact.payer_id, fact.payee_id)


def _payout(event: type[P], status: str) -> Push[P]:
    """`payout.updated {payout_id, status}`: what a webhook or the bank has changed since the person asked for it."""
    return Push(event, "payout.updated", lambda fact: (fact.user_id,), lambda fact: {"status": status, **_json("payout_id")(fact)})


def _subscription(event: type[E], *fields: str) -> Push[E]:
    """`subscription.updated {subscription_id, change, …}` for who pays and for the owner: `change` is the fact's name."""
    change = event.type().split(".")[1]
    return Push(event, "subscription.updated", _payer_and_owner, lambda fact: {"change": change, **_json("subscription_id", *fields)(fact)})


def _payer_and_owner(fact: Any) -> Iterable[str | None]:
    """An organisation has no socket."""
    return (fact.payer_id, fact.owner_id if fact.owner_id.startswith("user_") else None)


def _those_who_see(fact: challenges.ChallengePublished | challenges.ChallengeUpdated) -> Iterable[str | None]:
    challenge = fact.challenge
    return (challenge.challenger_id, challenge.solver_id, *challenge.invited_user_ids)


def _status(fact: challenges.ChallengePublished | challenges.ChallengeUpdated, change: str) -> dict[str, Any]:
    challenge = fact.challenge
    return {"challenge_id": challenge.id, "change": change, "status": challenge.status.value, "version": challenge.version}


PUSHES: tuple[Push[Any], ...] = (
    Push(MessageSent, "message.created", lambda fact: fact.participant_ids, lambda fact: fact.message.model_dump(mode="json")),
    Push(ConversationRead, "receipt.updated", lambda fact: fact.participant_ids, _json("conversation_id", "user_id", "seq")),
    Push(
        ConversationOpened,
        "conversation.opened",
        lambda fact: fact.participant_ids,
        _json("conversation_id", "kind", "title", "challenge_id", "application_id", "participant_ids"),
    ),
    Push(NotificationCreated, "notification.created", lambda fact: (fact.user_id,), _json("notification", "unread_count")),
    Push(NotificationsRead, "notifications.read", lambda fact: (fact.user_id,), _json("unread_count")),
    Push(challenges.ChallengePublished, "challenge.updated", _those_who_see, lambda fact: _status(fact, "challenge_published")),
    Push(challenges.ChallengeUpdated, "challenge.updated", _those_who_see, lambda fact: _status(fact, "challenge_updated")),
    _challenge(challenges.ChallengeCancelled, lambda fact: (fact.challenger_id, fact.solver_id), "reason", "cancelled_by"),
    _challenge(challenges.ChallengeCompleted, lambda fact: (fact.challenger_id, fact.solver_id)),
    _challenge(challenges.ApplicationSubmitted, lambda fact: (fact.challenger_id, fact.applicant_id), "application_id"),
    _challenge(challenges.ApplicationAccepted, lambda fact: (fact.challenger_id, fact.solver_id), "application_id"),
    _challenge(challenges.ApplicationRejected, lambda fact: (fact.challenger_id, fact.applicant_id), "application_id", "reason"),
    _challenge(challenges.ApplicationWithdrawn, lambda fact: (fact.challenger_id, fact.applicant_id), "application_id"),
    _challenge(challenges.WorkSubmitted, lambda fact: (fact.challenger_id, fact.solver_id), "submission_id", "milestone_id"),
    _challenge(challenges.ChangesRequested, lambda fact: (fact.challenger_id, fact.solver_id), "submission_id", "milestone_id"),
    _challenge(challenges.SubmissionApproved, lambda fact: (fact.challenger_id, fact.solver_id), "submission_id", "milestone_id"),
    _challenge(challenges.ReviewPublished, lambda fact: (fact.author_id, fact.subject_id), "review_id"),
    _challenge(payments.EscrowFunded, lambda fact: (fact.payer_id, fact.payee_id), "escrow_id", "milestone_ids"),
    _challenge(payments.FundingFailed, lambda fact: (fact.payer_id,), "escrow_id", "milestone_ids", "code"),
    _challenge(payments.FundsReleased, lambda fact: (fact.payer_id, fact.payee_id, fact.recipient_id), "escrow_id", "milestone_id"),
    _challenge(payments.FundsRefunded, lambda fact: (fact.payer_id, fact.payee_id), "escrow_id", "milestone_id"),
    _challenge(payments.ExtraPaid, lambda fact: (fact.payer_id, fact.payee_id, fact.recipient_id), "escrow_id", "kind"),
    _challenge(payments.ReleaseTakenBack, lambda fact: (fact.payer_id, fact.payee_id, fact.recipient_id), "escrow_id", "milestone_id"),
    _challenge(payments.PayoutAccountDue, lambda fact: (fact.payer_id, fact.recipient_id), "escrow_id"),
    _challenge(payments.EscrowFrozen, _both, "escrow_id"),
    _challenge(payments.EscrowUnfrozen, _both, "escrow_id"),
    _challenge(payments.ChargebackOpened, _both, "escrow_id"),
    _challenge(payments.ChargebackClosed, _both, "escrow_id", "won"),
    _challenge(payments.DisputeOpened, _both, "escrow_id", "dispute_id"),
    _challenge(payments.DisputeAnswered, _both, "escrow_id", "dispute_id"),
    _challenge(payments.DisputeMediated, _both, "escrow_id", "dispute_id"),
    _challenge(payments.DisputeDecided, _both, "escrow_id", "dispute_id"),
    _challenge(payments.DisputeWithdrawn, _both, "escrow_id", "dispute_id"),
    _payout(payments.PayoutRequested, "requested"),
    _payout(payments.PayoutPaid, "paid"),
    _payout(payments.PayoutFailed, "failed"),
    _subscription(payments.SubscriptionStarted, "plan_id", "trial_until"),
    _subscription(payments.TrialEnding, "ends_at", "amount"),
    _subscription(payments.SubscriptionCharged, "bill_id", "kind", "amount", "period_end"),
    _subscription(payments.SubscriptionPaymentFailed, "bill_id", "code", "next_attempt_at"),
    _subscription(payments.SubscriptionPlanChanged, "plan_id"),
    _subscription(payments.SubscriptionEnded, "reason"),
    _subscription(payments.SubscriptionRefunded, "bill_id", "amount"),
    _subscription(payments.SubscriptionRefundReturned, "bill_id", "amount"),
    _subscription(payments.SubscriptionChargebackOpened, "bill_id", "amount"),
    _subscription(payments.SubscriptionChargebackClosed, "bill_id", "amount", "won"),
    Push(
        payments.EntitlementChanged,
        "entitlements.updated",
        lambda fact: (fact.owner_id if fact.owner_id.startswith("user_") else None,),
        _json("owner_id", "entitlements", "valid_until", "revision"),
    ),
)
