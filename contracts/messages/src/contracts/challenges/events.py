"""Facts of challenges. The subject of every one is the challenge, so that all that happens to it stays in order."""

from typing import ClassVar

from contracts.base import Event, UtcDatetime
from contracts.challenges.terms import CancelReason, ChallengeStatus, MilestoneView, RejectReason, Visibility
from contracts.challenges.views import ChallengeView
from contracts.ids import ApplicationId, ChallengeId, MilestoneId, ReviewId, SubmissionId, UserId
from contracts.money import Price


class _ChallengeFact(Event):
    source: ClassVar[str] = "challenges"
    subject_field: ClassVar[str] = "challenge_id"
    challenge_id: ChallengeId
    challenge_title: str
    challenger_id: UserId


class ChallengePublished(_ChallengeFact):
    """Carries the whole challenge: copies and indexes need no second question. Private ones name the invited."""

    challenge: ChallengeView


class ChallengeUpdated(_ChallengeFact):
    """An open challenge was edited, or its status changed: the whole challenge as it now is."""

    challenge: ChallengeView


class ChallengeCancelled(_ChallengeFact):
    """One of the two sides ended it. `cancelled_by` is None where its sender did not tell yet: then it was the challenger.

    `lapsed`: nobody ended it. It was open, and its challenger chose nobody in the time for that behind its deadline.
    """

    reason: CancelReason
    solver_id: UserId | None
    previous_status: ChallengeStatus
    cancelled_by: UserId | None = None
    lapsed: bool = False


class ChallengeCompleted(_ChallengeFact):
    """Partners hear of public challenges alone. `visibility` is None where its sender did not tell yet."""

    public: ClassVar[bool] = True
    solver_id: UserId
    completed_at: UtcDatetime
    visibility: Visibility | None = None

    def for_partners(self) -> bool:
        return self.visibility is Visibility.PUBLIC


class ApplicationSubmitted(_ChallengeFact):
    application_id: ApplicationId
    applicant_id: UserId
    budget: Price
    timeline_days: int


class ApplicationAccepted(_ChallengeFact):
    """The engagement begins: who pays whom for which steps."""

    application_id: ApplicationId
    solver_id: UserId
    milestones: tuple[MilestoneView, ...]


class ApplicationRejected(_ChallengeFact):
    application_id: ApplicationId
    applicant_id: UserId
    reason: RejectReason


class ApplicationWithdrawn(_ChallengeFact):
    application_id: ApplicationId
    applicant_id: UserId


class WorkSubmitted(_ChallengeFact):
    submission_id: SubmissionId
    milestone_id: MilestoneId
    milestone_title: str
    solver_id: UserId
    attempt: int


class ChangesRequested(_ChallengeFact):
    submission_id: SubmissionId
    milestone_id: MilestoneId
    milestone_title: str
    solver_id: UserId
    feedback: str


class SubmissionApproved(_ChallengeFact):
    """The work for a milestone is accepted: escrow pays it out."""

    submission_id: SubmissionId
    milestone_id: MilestoneId
    milestone_title: str
    solver_id: UserId


class ReviewPublished(_ChallengeFact):
    """Both sides are in (or the window closed): one event for each review that becomes visible."""

    review_id: ReviewId
    author_id: UserId
    subject_id: UserId
    rating: int
