"""The vocabulary of challenges: categories, difficulty, reward, states."""

from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from contracts.base import Title, View
from contracts.ids import MilestoneId
from contracts.money import MAX_AMOUNT_MINOR, Price


class Category(StrEnum):
    SOFTWARE = "software"
    DATA = "data"
    DESIGN = "design"
    MARKETING = "marketing"
    WRITING = "writing"
    ENGINEERING = "engineering"
    SCIENCE = "science"
    BUSINESS = "business"
    OTHER = "other"


class Difficulty(StrEnum):
    BEGINNER = "beginner"
    INTERMEDIATE = "intermediate"
    ADVANCED = "advanced"
    EXPERT = "expert"


class Visibility(StrEnum):
    PUBLIC = "public"
    PRIVATE = "private"


class ChallengeStatus(StrEnum):
    DRAFT = "draft"
    OPEN = "open"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class CancelReason(StrEnum):
    NO_LONGER_NEEDED = "no_longer_needed"
    SOLVED_ELSEWHERE = "solved_elsewhere"
    NO_SUITABLE_APPLICANT = "no_suitable_applicant"
    MISTAKE = "mistake"
    OTHER = "other"


class ApplicationStatus(StrEnum):
    PENDING = "pending"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class RejectReason(StrEnum):
    """Why an application ended: the challenger's choice, or another one was accepted, or the challenge went away."""

    DECLINED = "declined"
    ANOTHER_ACCEPTED = "another_accepted"
    CHALLENGE_CANCELLED = "challenge_cancelled"


class SubmissionStatus(StrEnum):
    SUBMITTED = "submitted"
    CHANGES_REQUESTED = "changes_requested"
    APPROVED = "approved"


class MilestoneStatus(StrEnum):
    """`agreed` once a solver is accepted; `funded` when escrow holds its amount; `approved` when the work is; `released` when paid."""

    PLANNED = "planned"
    AGREED = "agreed"
    FUNDED = "funded"
    APPROVED = "approved"
    RELEASED = "released"


class _Kind(View):
    """One of several shapes: its `kind` counts as set, so that it is on the wire even where only what is set is sent."""

    def model_post_init(self, _context: Any) -> None:
        self.__pydantic_fields_set__.add("kind")


class FixedReward(_Kind):
    kind: Literal["fixed"] = "fixed"
    amount: Price


class RangeReward(_Kind):
    """The amount is agreed with the accepted application, between `min` and `max`."""

    kind: Literal["range"] = "range"
    min: Price
    max: Price

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.min.currency != self.max.currency:
            raise ValueError("min and max must have one currency")
        if self.min.amount_minor > self.max.amount_minor:
            raise ValueError("min must not be above max")
        return self


class MilestoneTerms(View):
    title: Title
    amount: Price


class MilestonesReward(_Kind):
    """Paid in steps, each delivered, approved and released on its own."""

    kind: Literal["milestones"] = "milestones"
    milestones: Annotated[tuple[MilestoneTerms, ...], Field(min_length=1, max_length=20)]

    @model_validator(mode="after")
    def _one_sum(self) -> Self:
        if len({step.amount.currency for step in self.milestones}) > 1:
            raise ValueError("all milestones must have one currency")
        if sum(step.amount.amount_minor for step in self.milestones) > MAX_AMOUNT_MINOR:
            raise ValueError(f"all milestones together must not be above {MAX_AMOUNT_MINOR}")
        return self


Reward = Annotated[FixedReward | RangeReward | MilestonesReward, Field(discriminator="kind")]


class MilestoneView(View):
    """A step of an engagement. Every challenge in progress has at least one, whatever its kind of reward."""

    id: MilestoneId
    title: str
    amount: Price
    status: MilestoneStatus


class FileRef(View):
    """A file that belongs to a message: where it lies and what it claims to be (checked again by its reader)."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f/\\]+$")]
    url: Annotated[str, StringConstraints(max_length=2000, pattern=r"^https?://[^\s]+$")]
    size_bytes: Annotated[int, Field(ge=0, le=5 * 1024**3)] | None = None
    media_type: Annotated[str, StringConstraints(max_length=120, pattern=r"^[\w.+-]+/[\w.+-]+$")] | None = None
