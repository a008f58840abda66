"""What may be asked of challenges that changes something."""

from typing import Annotated, ClassVar

from pydantic import Field

from contracts.base import Command, Done, LongText, Tag, Title, UtcDatetime
from contracts.challenges.terms import CancelReason, Category, Difficulty, FileRef, Reward, Visibility
from contracts.challenges.views import ApplicationView, ChallengeView, ReviewView, SubmissionView
from contracts.identity.taxonomy import SkillTag
from contracts.ids import ApplicationId, ChallengeId, MilestoneId, SubmissionId, UserId
from contracts.money import Price

Skills = Annotated[tuple[SkillTag, ...], Field(max_length=20)]
Tags = Annotated[tuple[Tag, ...], Field(max_length=10)]
Invited = Annotated[tuple[UserId, ...], Field(max_length=100)]
Files = Annotated[tuple[FileRef, ...], Field(max_length=20)]
ExpectedVersion = Annotated[int, Field(ge=1)]  # from If-Match: refuses a lost update with 409
TimelineDays = Annotated[int, Field(ge=1, le=730)]


class CreateChallenge(Command[ChallengeView]):
    """Begin a draft, seen by its owner alone."""

    service: ClassVar[str] = "challenges"
    title: Title
    description: LongText
    category: Category
    difficulty: Difficulty
    skills: Skills = ()
    tags: Tags = ()
    reward: Reward
    deadline: UtcDatetime
    visibility: Visibility = Visibility.PUBLIC
    invited_user_ids: Invited = ()


class EditChallenge(Command[ChallengeView]):
    """Change what is mentioned. Allowed while a draft, and while open until the first application."""

    service: ClassVar[str] = "challenges"
    challenge_id: ChallengeId
    title: Title | None = None
    description: LongText | None = None
    category: Category | None = None
    difficulty: Difficulty | None = None
    skills: Skills | None = None
    tags: Tags | None = None
    reward: Reward | None = None
    deadline: UtcDatetime | None = None
    visibility: Visibility | None = None
    invited_user_ids: Invited | None = None
    expected_version: ExpectedVersion | None = None


class PublishChallenge(Command[ChallengeView]):
    service: ClassVar[str] = "challenges"
    challenge_id: ChallengeId
    expected_version: ExpectedVersion | None = None


class CancelChallenge(Command[ChallengeView]):
    """By the challenger; once work is in progress by the accepted solver too, who gives it up."""

    service: ClassVar[str] = "challenges"
    challenge_id: ChallengeId
    reason: CancelReason
    expected_version: ExpectedVersion | None = None


class DeleteChallenge(Command[Done]):
    """Only a draft can be deleted."""

    service: ClassVar[str] = "challenges"
    challenge_id: ChallengeId
    expected_version: ExpectedVersion | None = None


class SubmitApplication(Command[ApplicationView]):
    service: ClassVar[str] = "applications"
    challenge_id: ChallengeId
    proposal: LongText
    timeline_days: TimelineDays
    budget: Price
    attachments: Files = ()


class EditApplication(Command[ApplicationView]):
    """Change a pending application."""

    service: ClassVar[str] = "applications"
    application_id: ApplicationId
    proposal: LongText | None = None
    timeline_days: TimelineDays | None = None
    budget: Price | None = None
    attachments: Files | None = None
    expected_version: ExpectedVersion | None = None


class AcceptApplication(Command[ApplicationView]):
    """Choose the solver: the challenge starts and every other pending application is closed.

    A range reward is paid as the application offers, a fixed one and milestones as the challenge says.
    """

    service: ClassVar[str] = "applications"
    application_id: ApplicationId
    expected_version: ExpectedVersion | None = None


class RejectApplication(Command[ApplicationView]):
    service: ClassVar[str] = "applications"
    application_id: ApplicationId


class WithdrawApplication(Command[ApplicationView]):
    service: ClassVar[str] = "applications"
    application_id: ApplicationId


class SubmitWork(Command[SubmissionView]):
    """Deliver for a milestone; without `milestone_id`, for the only one that is open."""

    service: ClassVar[str] = "submissions"
    challenge_id: ChallengeId
    notes: LongText
    files: Files = ()
    milestone_id: MilestoneId | None = None


class RequestChanges(Command[SubmissionView]):
    service: ClassVar[str] = "submissions"
    submission_id: SubmissionId
    feedback: LongText


class ApproveSubmission(Command[SubmissionView]):
    """Accept the delivery: escrow releases the milestone, and the last one completes the challenge."""

    service: ClassVar[str] = "submissions"
    submission_id: SubmissionId


class WriteReview(Command[ReviewView]):
    """Review the other side of a completed challenge, once."""

    service: ClassVar[str] = "reviews"
    challenge_id: ChallengeId
    rating: Annotated[int, Field(ge=1, le=5)]
    text: LongText
