"""Which facts a person is told of: one function an event, saying who hears of it, as what, and with which words filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from contracts.challenges import events as challenges
from contracts.challenges.terms import RejectReason
from contracts.identity import events as identity
from contracts.identity.standing import AccountStatus
from contracts.matching import events as matching
from contracts.messaging import events as messaging
from contracts.money import Money
from contracts.notifications.views import NotificationCategory as Category
from contracts.payments import events as payments
from contracts.payments.coupon_views import CreditCause
from contracts.payments.views import MilestoneKind

Words = Mapping[str, str | Money | datetime]  # moments are told in the reader's time zone


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing for one person. `kind` names the text in the catalogues, `words` fill it in, `link` is a path of the API."""

    recipient_id: str
    category: Category
    kind: str
    words: Words = field(default_factory=dict)
    link: str | None = None


def _challenge(challenge_id: str) -> str:
    return f"/v1/challenges/{challenge_id}"


def application_submitted(event: challenges.ApplicationSubmitted) -> list[Fact]:
    words: Words = {"challenge": event.challenge_title, "budget": event.budget}
    link = f"/v1/applications/{event.application_id}"
    return [Fact(event.challenger_id, Category.APPLICATIONS, "application_submitted", words, link)]


def application_accepted(event: challenges.ApplicationAccepted) -> list[Fact]:
    words: Words = {"challenge": event.challenge_title}
    return [Fact(event.solver_id, Category.APPLICATIONS, "application_accepted", words, f"/v1/applications/{event.application_id}")]


def application_rejected(event: challenges.ApplicationRejected) -> list[Fact]:
    """The reason chooses the words: declined, another one was accepted, or the challenge was cancelled."""
    kinds = {
        RejectReason.DECLINED: "application_declined",
        RejectReason.ANOTHER_ACCEPTED: "application_closed",
        RejectReason.CHALLENGE_CANCELLED: "application_cancelled",
    }
    words: Words = {"challenge": event.challenge_title}
    return [Fact(event.applicant_id, Category.APPLICATIONS, kinds[event.reason], words, f"/v1/applications/{event.application_id}")]


def application_withdrawn(event: challenges.ApplicationWithdrawn) -> list[Fact]:
    words: Words = {"challenge": event.challenge_title}
    return [Fact(event.challenger_id, Category.APPLICATIONS, "application_withdrawn", words, f"/v1/applications/{event.application_id}")]


def work_submitted(event: challenges.WorkSubmitted) -> list[Fact]:
    words: Words = {"challenge": event.challenge_title, "milestone": event.milestone_title}
    return [Fact(event.challenger_id, Category.WORK, "work_submitted", words, f"/v1/submissions/{event.submission_id}")]


def changes_requested(event: challenges.ChangesRequested) -> list[Fact]:
    words: Words = {"challenge": event.challenge_title, "milestone": event.milestone_title}
    return [Fact(event.solver_id, Category.WORK, "changes_requested", words, f"/v1/submissions/{event.submission_id}")]


def submission_approved(event: challenges.SubmissionApproved) -> list[Fact]:
    words: Words = {"challenge": event.challenge_title, "milestone": event.milestone_title}
    return [Fact(event.solver_id, Category.WORK, "submission_approved", words, f"/v1/submissions/{event.submission_id}")]


def challenge_cancelled(event: challenges.ChallengeCancelled) -> list[Fact]:
    """Applicants hear of it by their application's end; here the other side of work, and who has let the time to choose pass."""
    words: Words = {"challenge": event.challenge_title}
    if event.lapsed:
        return [Fact(event.challenger_id, Category.APPLICATIONS, "challenge_lapsed", words, _challenge(event.challenge_id))]
    if event.solver_id is None:
        return []
    given_up = event.cancelled_by == event.solver_id
    person, kind = (event.challenger_id, "challenge_given_up") if given_up else (event.solver_id, "challenge_cancelled")
    return [Fact(person, Category.WORK, kind, words, _challenge(event.challenge_id))]


def challenge_completed(event: challenges.ChallengeCompleted) -> list[Fact]:
    """Both sides, with the invitation to review each other."""
    words: Words = {"challenge": event.challenge_title}
    link = f"{_challenge(event.challenge_id)}/reviews"
    return [Fact(person, Category.REVIEWS, "challenge_completed", words, link) for person in (event.challenger_id, event.solver_id)]


def review_published(event: challenges.ReviewPublished) -> list[Fact]:
    words: Words = {"challenge": event.challenge_title, "rating": str(event.rating)}
    return [Fact(event.subject_id, Category.REVIEWS, "review_published", words, f"{_challenge(event.challenge_id)}/reviews")]


def escrow_funded(event: payments.EscrowFunded) -> list[Fact]:
    words: Words = {"challenge": event.challenge_title, "amount": event.amount}
    return [Fact(event.payee_id, Category.MONEY, "escrow_funded", words, f"/v1/escrows/{event.escrow_id}")]


def funding_failed(event: payments.FundingFailed) -> list[Fact]:
    words: Words = {"challenge": event.challenge_title}
    return [Fact(event.payer_id, Category.MONEY, "funding_failed", words, f"/v1/escrows/{event.escrow_id}")]


def extra_paid(event: payments.ExtraPaid) -> list[Fact]:
    """Whoever got it; the kind, a tip or a bonus, chooses the words."""
    words: Words = {"challenge": event.challenge_title, "amount": event.net}
    kind = "tip_paid" if event.kind is MilestoneKind.TIP else "bonus_paid"
    return [Fact(event.recipient_id, Category.MONEY, kind, words, f"/v1/escrows/{event.escrow_id}")]


def release_taken_back(event: payments.ReleaseTakenBack) -> list[Fact]:
    words: Words = {"challenge": event.challenge_title, "amount": event.net}
    return [Fact(event.recipient_id, Category.MONEY, "release_taken_back", words, f"/v1/escrows/{event.escrow_id}")]


def payout_account_due(event: payments.PayoutAccountDue) -> list[Fact]:
    words: Words = {"challenge": event.challenge_title, "amount": event.amount}
    return [Fact(event.recipient_id, Category.MONEY, "payout_account_due", words, "/v1/payout-account")]


def escrow_frozen(event: payments.EscrowFrozen) -> list[Fact]:
    return _both(event, "escrow_frozen")


def escrow_unfrozen(event: payments.EscrowUnfrozen) -> list[Fact]:
    return _both(event, "escrow_unfrozen")


def chargeback_opened(event: payments.ChargebackOpened) -> list[Fact]:
    """The payer has asked for it, at the bank: it is news to who was to be paid."""
    words: Words = {"challenge": event.challenge_title, "amount": event.amount}
    return [Fact(event.payee_id, Category.MONEY, "chargeback_opened", words, f"/v1/escrows/{event.escrow_id}")]


def chargeback_closed(event: payments.ChargebackClosed) -> list[Fact]:
    """Both sides: the escrow moves again. Won: the payment stands."""
    words: Words = {"challenge": event.challenge_title, "amount": event.amount}
    kind = "chargeback_won" if event.won else "chargeback_lost"
    return [Fact(person, Category.MONEY, kind, words, f"/v1/escrows/{event.escrow_id}") for person in (event.payee_id, event.payer_id)]


def dispute_opened(event: payments.DisputeOpened) -> list[Fact]:
    """Whoever did not open it."""
    return [_of_dispute(event, _other(event), "dispute_opened")]


def dispute_answered(event: payments.DisputeAnswered) -> list[Fact]:
    return [_of_dispute(event, event.opened_by, "dispute_answered")]


def dispute_mediated(event: payments.DisputeMediated) -> list[Fact]:
    return [_of_dispute(event, person, "dispute_mediated") for person in (event.payer_id, event.payee_id)]


def dispute_decided(event: payments.DisputeDecided) -> list[Fact]:
    """Each side with its own part."""
    words: Words = {"challenge": event.challenge_title}
    parts = ((event.payee_id, event.to_payee), (event.payer_id, event.to_payer))
    return [
        Fact(person, Category.MONEY, "dispute_decided", {**words, "amount": part}, f"/v1/disputes/{event.dispute_id}")
        for person, part in parts
    ]


def dispute_withdrawn(event: payments.DisputeWithdrawn) -> list[Fact]:
    """Whoever did not withdraw it; both where nobody did."""
    if event.by_bank:
        return [_of_dispute(event, person, "dispute_lapsed") for person in (event.payer_id, event.payee_id)]
    return [_of_dispute(event, _other(event), "dispute_withdrawn")]


def funds_released(event: payments.FundsReleased) -> list[Fact]:
    words: Words = {"challenge": event.challenge_title, "amount": event.net, "fee": event.fee}
    return [Fact(event.recipient_id or event.payee_id, Category.MONEY, "funds_released", words, f"/v1/escrows/{event.escrow_id}")]


def funds_refunded(event: payments.FundsRefunded) -> list[Fact]:
    if event.by_bank:  # the end of the chargeback tells both sides
        return []
    words: Words = {"challenge": event.challenge_title, "amount": event.amount}
    return [Fact(event.payer_id, Category.MONEY, "funds_refunded", words, f"/v1/escrows/{event.escrow_id}")]


class _HasParties(Protocol):
    """What these facts need to know of an escrow or a dispute."""

    @property
    def payer_id(self) -> str: ...
    @property
    def payee_id(self) -> str: ...
    @property
    def challenge_title(self) -> str: ...


class _OfEscrow(_HasParties, Protocol):
    @property
    def escrow_id(self) -> str: ...


class _OfDispute(_HasParties, Protocol):
    @property
    def dispute_id(self) -> str: ...
    @property
    def opened_by(self) -> str: ...
    @property
    def amount(self) -> Money: ...


def _both(event: _OfEscrow, kind: str) -> list[Fact]:
    words: Words = {"challenge": event.challenge_title}
    return [Fact(person, Category.MONEY, kind, words, f"/v1/escrows/{event.escrow_id}") for person in (event.payer_id, event.payee_id)]


def _of_dispute(event: _OfDispute, person: str, kind: str) -> Fact:
    words: Words = {"challenge": event.challenge_title, "amount": event.amount}
    return Fact(person, Category.MONEY, kind, words, f"/v1/disputes/{event.dispute_id}")


def _other(event: _OfDispute) -> str:
    return event.payee_id if event.opened_by == event.payer_id else event.payer_id


def payout_paid(event: payments.PayoutPaid) -> list[Fact]:
    return [Fact(event.user_id, Category.MONEY, "payout_paid", {"amount": event.amount}, f"/v1/payouts/{event.payout_id}")]


def payout_failed(event: payments.PayoutFailed) -> list[Fact]:
    return [Fact(event.user_id, Category.MONEY, "payout_failed", {"amount": event.amount}, f"/v1/payouts/{event.payout_id}")]


def credit_granted(event: payments.CreditGranted) -> list[Fact]:
    """The cause chooses the words."""
    kind = "referral_rewarded" if event.cause is CreditCause.REFERRAL else "credit_granted"
    return [Fact(event.user_id, Category.MONEY, kind, {"amount": event.amount}, "/v1/balance")]


def message_sent(event: messaging.MessageSent) -> list[Fact]:
    """Everybody in the conversation but the sender. The text itself stays in the conversation."""
    link = f"/v1/conversations/{event.conversation_id}"
    others = [person for person in event.participant_ids if person != event.message.sender_id]
    return [Fact(person, Category.MESSAGES, "message_sent", {"conversation": event.conversation_title}, link) for person in others]


def challenge_matched(event: matching.ChallengeMatched) -> list[Fact]:
    words: Words = {"challenge": event.challenge_title}
    return [Fact(event.user_id, Category.MATCHES, "challenge_matched", words, _challenge(event.challenge_id))]


def session_revoked(event: identity.SessionRevoked) -> list[Fact]:
    """Only theft is news: a person knows that they logged out."""
    if event.reason != "refresh_reused":
        return []
    return [Fact(event.user_id, Category.ACCOUNT, "session_stolen")]


def password_changed(event: identity.PasswordChanged) -> list[Fact]:
    return [Fact(event.user_id, Category.ACCOUNT, "password_changed")]


def export_ready(event: identity.ExportReady) -> list[Fact]:
    return [Fact(event.user_id, Category.ACCOUNT, "export_ready", link="/v1/me/export")]


def second_factor_changed(event: identity.SecondFactorChanged) -> list[Fact]:
    """The change chooses the words."""
    kinds = {"added": "factor_added", "removed": "factor_removed", "used": "recovery_code_used"}
    return [Fact(event.user_id, Category.ACCOUNT, kinds[event.change])]


def standing_changed(event: identity.StandingChanged) -> list[Fact]:
    """Why somebody is kept out, until when, or that they are in again; the reason as the staff wrote it."""
    if event.status is AccountStatus.SUSPENDED and event.until is not None:
        words: Words = {"reason": event.reason, "until": event.until}
        return [Fact(event.user_id, Category.ACCOUNT, "account_suspended_until", words)]
    kinds = {
        AccountStatus.SUSPENDED: "account_suspended",
        AccountStatus.BANNED: "account_banned",
        AccountStatus.ACTIVE: "account_restored",
    }
    return [Fact(event.user_id, Category.ACCOUNT, kinds[event.status], {"reason": event.reason})]


def credential_created(event: identity.CredentialCreated) -> list[Fact]:
    """To whoever made it: a key that somebody else made in one's name should not stay unseen."""
    return [Fact(event.created_by, Category.ACCOUNT, "api_key_created", {"key": event.name})]
