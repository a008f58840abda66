"""The ways in which challenges says no. The codes are stable: clients switch on them."""

from typing import ClassVar

from contracts.errors import DomainError, Kind


class _NotFound(DomainError):
    """It does not exist, or the caller may not see it: both look the same."""

    kind: ClassVar[Kind] = Kind.NOT_FOUND


class ChallengeNotFound(_NotFound):
    code = "challenges.challenge.not_found"
    detail = "There is no such challenge."


class MilestoneNotFound(_NotFound):
    code = "challenges.milestone.not_found"
    detail = "The challenge has no such milestone."


class ApplicationNotFound(_NotFound):
    code = "challenges.application.not_found"
    detail = "There is no such application."


class SubmissionNotFound(_NotFound):
    code = "challenges.submission.not_found"
    detail = "There is no such submission."


class _Forbidden(DomainError):
    """The caller sees it but may not do this to it."""

    kind: ClassVar[Kind] = Kind.FORBIDDEN


class EmailNotVerified(_Forbidden):
    code = "challenges.email_not_verified"
    detail = "Verify your email address first."


class PublishingClosed(_Forbidden):
    code = "challenges.publishing.closed"
    detail = "No challenges can be published at the moment."


class ChallengerRoleRequired(_Forbidden):
    code = "challenges.challenge.role_required"
    detail = "Only a challenger can post challenges."


class SolverRoleRequired(_Forbidden):
    code = "challenges.application.role_required"
    detail = "Only a solver can apply."


class NotOwner(_Forbidden):
    code = "challenges.challenge.not_owner"
    detail = "Only the challenger can do this."


class NotSolver(_Forbidden):
    code = "challenges.challenge.not_solver"
    detail = "Only the accepted solver can do this."


class NotParty(_Forbidden):
    code = "challenges.challenge.not_party"
    detail = "Only the challenger and the accepted solver can do this."


class NotApplicant(_Forbidden):
    code = "challenges.application.not_applicant"
    detail = "Only the applicant can do this."


class OwnChallenge(_Forbidden):
    code = "challenges.application.own_challenge"
    detail = "Nobody applies to a challenge of their own."


class LoginRequired(DomainError):
    """The request names no person, and needs one."""

    kind = Kind.UNAUTHENTICATED
    code = "challenges.login_required"
    detail = "Log in to see what is yours."


class _Conflict(DomainError):
    """The state it is in does not allow it."""

    kind: ClassVar[Kind] = Kind.CONFLICT


class ChallengeStale(_Conflict):
    code = "challenges.challenge.stale"
    detail = "The challenge has changed since you read it."


class ApplicationStale(_Conflict):
    code = "challenges.application.stale"
    detail = "The application has changed since you read it."


class WrongState(_Conflict):
    """The challenge's state does not allow this action."""

    code = "challenges.challenge.wrong_state"


class ChallengeClosed(_Conflict):
    code = "challenges.challenge.closed"
    detail = "The challenge takes no applications any more."


class HasApplications(_Conflict):
    code = "challenges.challenge.has_applications"
    detail = "Someone has applied: the challenge can no longer be edited."


class EscrowHeld(_Conflict):
    code = "challenges.challenge.escrow_held"
    detail = "Money is held for this challenge: it can be cancelled once that is paid out or refunded."


class AlreadyApplied(_Conflict):
    code = "challenges.application.already_applied"
    detail = "You have applied to this challenge before."


class ClaimLimitReached(_Conflict):
    code = "challenges.application.claim_limit_reached"

    def __init__(self, limit: int, missing: str | None) -> None:
        """`missing` is the entitlement that would allow more."""
        more = f" The entitlement {missing} allows more: see /v1/plans." if missing else ""
        super().__init__(f"You have {limit} pending applications, which is the most.{more}")


class ApplicationNotPending(_Conflict):
    code = "challenges.application.not_pending"
    detail = "The application has been decided or withdrawn."


class ApplicantUnavailable(_Conflict):
    code = "challenges.application.applicant_unavailable"
    detail = "This person cannot take on work at the moment."


class MilestoneNotFunded(_Conflict):
    code = "challenges.milestone.not_funded"
    detail = "The milestone's money is not in escrow yet."


class MilestoneAlreadyApproved(_Conflict):
    code = "challenges.milestone.already_approved"
    detail = "The milestone's work is approved already."


class SubmissionUndecided(_Conflict):
    code = "challenges.submission.undecided"
    detail = "A submission for this milestone still waits for a decision."


class SubmissionDecided(_Conflict):
    code = "challenges.submission.already_decided"
    detail = "The submission has been decided."


class ReviewTooEarly(_Conflict):
    code = "challenges.review.not_completed"
    detail = "Reviews are written when the challenge is completed."


class ReviewWindowClosed(_Conflict):
    code = "challenges.review.window_closed"
    detail = "The time to review this challenge has passed."


class AlreadyReviewed(_Conflict):
    code = "challenges.review.already_written"
    detail = "You have reviewed this challenge before."


class _Invalid(DomainError):
    """The request makes no sense as it is."""

    kind: ClassVar[Kind] = Kind.INVALID


class DeadlinePassed(_Invalid):
    code = "challenges.challenge.deadline_passed"
    detail = "The deadline must lie in the future."


class DescriptionEmpty(_Invalid):
    code = "challenges.challenge.description_empty"
    detail = "Nothing is left of the description once unsafe markup is removed."


class FieldNotNullable(_Invalid):
    code = "challenges.field_not_nullable"
    detail = "These fields cannot be set to null."


class CurrencyRequired(_Invalid):
    code = "challenges.filter.currency_required"
    detail = "An amount means nothing without its currency."


class ListsExclusive(_Invalid):
    code = "challenges.filter.lists_exclusive"
    detail = "One's own challenges and those one is invited to are two lists: ask for one of them."


class BudgetCurrency(_Invalid):
    code = "challenges.application.budget_currency"
    detail = "The budget must be in the reward's currency."


class BudgetOutOfBounds(_Invalid):
    code = "challenges.application.budget_out_of_bounds"
    detail = "The budget does not fit the reward."


class MilestoneAmbiguous(_Invalid):
    code = "challenges.milestone.ambiguous"
    detail = "Several milestones are open: name the one you deliver for."
