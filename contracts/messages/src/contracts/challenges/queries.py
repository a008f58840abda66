"""What may be asked of challenges that changes nothing."""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from contracts.base import Query, UtcDatetime
from contracts.challenges.terms import Category, ChallengeStatus, Difficulty
from contracts.challenges.views import ApplicationView, ChallengeView, ReviewView, SubmissionView
from contracts.ids import ApplicationId, ChallengeId, SubmissionId
from contracts.money import MAX_AMOUNT_MINOR, Currency
from contracts.paging import DEFAULT_LIMIT, Cursor, Limit, Page

Amount = Annotated[int, Field(ge=0, le=MAX_AMOUNT_MINOR)]


class ChallengeSort(StrEnum):
    NEWEST = "newest"
    REWARD = "reward"
    DEADLINE = "deadline"


class GetChallenge(Query[ChallengeView]):
    service: ClassVar[str] = "challenges"
    challenge_id: ChallengeId


class ListChallenges(Query[Page[ChallengeView]]):
    """Open public challenges that take applications, or with `mine` one's own and those one works on (any status).

    With `invited` the open private ones that one is invited to and may still apply to.
    """

    service: ClassVar[str] = "challenges"
    mine: bool = False
    invited: bool = False
    status: ChallengeStatus | None = None
    category: Category | None = None
    difficulty: Difficulty | None = None
    min_reward: Amount | None = None
    max_reward: Amount | None = None
    currency: Currency | None = None
    deadline_before: UtcDatetime | None = None
    sort: ChallengeSort = ChallengeSort.NEWEST
    cursor: Cursor | None = None
    limit: Limit = DEFAULT_LIMIT


class ListApplications(Query[Page[ApplicationView]]):
    """All applications for the challenger; one's own for an applicant."""

    service: ClassVar[str] = "applications"
    challenge_id: ChallengeId
    cursor: Cursor | None = None
    limit: Limit = DEFAULT_LIMIT


class GetApplication(Query[ApplicationView]):
    service: ClassVar[str] = "applications"
    application_id: ApplicationId


class ListSubmissions(Query[Page[SubmissionView]]):
    service: ClassVar[str] = "submissions"
    challenge_id: ChallengeId
    cursor: Cursor | None = None
    limit: Limit = DEFAULT_LIMIT


class GetSubmission(Query[SubmissionView]):
    service: ClassVar[str] = "submissions"
    submission_id: SubmissionId


class ListReviews(Query[Page[ReviewView]]):
    """Published reviews, and one's own before that."""

    service: ClassVar[str] = "reviews"
    challenge_id: ChallengeId
    cursor: Cursor | None = None
    limit: Limit = DEFAULT_LIMIT
