"""What challenges shows of challenges, applications, submissions and reviews."""

from contracts.base import UtcDatetime, View
from contracts.challenges.terms import (
    ApplicationStatus,
    CancelReason,
    Category,
    ChallengeStatus,
    Difficulty,
    FileRef,
    MilestoneView,
    RejectReason,
    Reward,
    SubmissionStatus,
    Visibility,
)
from contracts.ids import ApplicationId, ChallengeId, MilestoneId, ReviewId, SubmissionId, UserId
from contracts.money import Price


class ChallengeView(View):
    """A challenge as its reader may see it; `invited_user_ids` is empty for all but the owner.

    For all but the two parties and the staff `accepted_application_id` and `cancelled_by` are null, and `milestones` are those of a
    reward in milestones alone. `cancelled_by` is null, too, where nobody was chosen in time and the challenge ended by itself.
    """

    id: ChallengeId
    version: int
    status: ChallengeStatus
    challenger_id: UserId
    title: str
    description: str
    category: Category
    difficulty: Difficulty
    skills: tuple[str, ...]
    tags: tuple[str, ...]
    reward: Reward
    milestones: tuple[MilestoneView, ...]
    deadline: UtcDatetime
    visibility: Visibility
    invited_user_ids: tuple[UserId, ...]
    applications_count: int
    accepted_application_id: ApplicationId | None
    solver_id: UserId | None
    cancel_reason: CancelReason | None
    cancelled_by: UserId | None = None
    created_at: UtcDatetime
    updated_at: UtcDatetime
    published_at: UtcDatetime | None
    completed_at: UtcDatetime | None


class ApplicationView(View):
    id: ApplicationId
    version: int
    challenge_id: ChallengeId
    challenge_title: str
    applicant_id: UserId
    status: ApplicationStatus
    proposal: str
    timeline_days: int
    budget: Price
    attachments: tuple[FileRef, ...]
    reject_reason: RejectReason | None
    created_at: UtcDatetime
    updated_at: UtcDatetime


class SubmissionView(View):
    """One delivery for one milestone; `attempt` counts from 1 for each milestone."""

    id: SubmissionId
    version: int
    challenge_id: ChallengeId
    milestone_id: MilestoneId
    solver_id: UserId
    attempt: int
    status: SubmissionStatus
    notes: str
    files: tuple[FileRef, ...]
    feedback: str | None
    created_at: UtcDatetime
    decided_at: UtcDatetime | None


class ReviewView(View):
    """A review. Until both sides have written theirs (or the window closed) only its author sees it; then `published_at` is set."""

    id: ReviewId
    challenge_id: ChallengeId
    author_id: UserId
    subject_id: UserId
    rating: int
    text: str
    created_at: UtcDatetime
    published_at: UtcDatetime | None
