"""What the use cases need from the world outside: each port is kept by an adapter and by a fake in the tests."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self, TypeVar

from challenges.domain.application import Application
from challenges.domain.challenge import Challenge
from challenges.domain.review import Review
from challenges.domain.submission import Submission
from contracts.base import Event, View
from contracts.challenges.queries import ChallengeSort
from contracts.challenges.terms import Category, ChallengeStatus, Difficulty

V = TypeVar("V", bound=View)
Now = Callable[[], datetime]
NewId = Callable[[str], str]
CleanHtml = Callable[[str], str]  # keeps a small safe subset of HTML
KeptOut = Callable[[Collection[str]], Collection[str]]  # those of these people who are suspended or banned
Rerun = Callable[[Callable[[], None]], None]  # runs something again when it lost a race for a record


@dataclass(frozen=True, slots=True)
class Filters:
    """Which challenges a list holds; None asks nothing. Amounts are minor units of `currency`."""

    status: ChallengeStatus | None = None
    category: Category | None = None
    difficulty: Difficulty | None = None
    min_reward: int | None = None
    max_reward: int | None = None
    currency: str | None = None
    deadline_before: datetime | None = None
    deadline_after: datetime | None = None


class Challenges(Protocol):
    """All challenges. `save` gives back the challenge with its new version.

    Raises (save): StaleVersion, when it was changed since it was read: the use case runs again.
    Raises (pages): InvalidCursor.
    """

    def get(self, challenge_id: str) -> Challenge | None: ...
    def add(self, challenge: Challenge) -> None: ...
    def save(self, challenge: Challenge) -> Challenge: ...
    def remove(self, challenge: Challenge) -> None: ...
    def page_public(self, filters: Filters, sort: ChallengeSort, cursor: str | None, limit: int) -> tuple[list[Challenge], str | None]: ...
    def page_of_party(
        self, person_id: str, filters: Filters, sort: ChallengeSort, cursor: str | None, limit: int
    ) -> tuple[list[Challenge], str | None]: ...
    def page_invited(
        self, person_id: str, filters: Filters, sort: ChallengeSort, cursor: str | None, limit: int
    ) -> tuple[list[Challenge], str | None]:
        """The open private ones that this person is invited to."""
        ...

    def undecided(self, deadline_until: datetime, limit: int) -> list[str]:
        """Those still open whose deadline was at that moment or before it, the longest past first."""
        ...


class Applications(Protocol):
    """All applications.

    Raises (add): AlreadyApplied, one person applies once to a challenge.
    """

    def get(self, application_id: str) -> Application | None: ...
    def add(self, application: Application) -> None: ...
    def save(self, application: Application) -> Application: ...
    def pending_to(self, challenge_id: str) -> list[Application]: ...
    def claims_of(self, applicant_id: str) -> int:
        """How many of this person's applications are pending. In a transaction: of two that ask this at once, one runs again."""
        ...

    def page_to(self, challenge_id: str, applicant_id: str | None, cursor: str | None, limit: int) -> tuple[list[Application], str | None]:
        """Those to a challenge, oldest first; with `applicant_id` that person's alone."""
        ...


class Submissions(Protocol):
    """All submissions."""

    def get(self, submission_id: str) -> Submission | None: ...
    def add(self, submission: Submission) -> None: ...
    def save(self, submission: Submission) -> Submission: ...
    def page_of(self, challenge_id: str, cursor: str | None, limit: int) -> tuple[list[Submission], str | None]: ...


class Reviews(Protocol):
    """All reviews.

    Raises (add): AlreadyReviewed, each side reviews a challenge once.
    """

    def add(self, review: Review) -> None: ...
    def save(self, review: Review) -> Review: ...
    def of_challenge(self, challenge_id: str) -> list[Review]: ...
    def page_of(self, challenge_id: str, cursor: str | None, limit: int) -> tuple[list[Review], str | None]: ...
    def challenges_due(self, at: datetime, limit: int) -> list[str]:
        """Challenges with reviews that are hidden although their window has closed."""
        ...


class Repositories(Protocol):
    """All that challenges keeps."""

    @property
    def challenges(self) -> Challenges: ...
    @property
    def applications(self) -> Applications: ...
    @property
    def submissions(self) -> Submissions: ...
    @property
    def reviews(self) -> Reviews: ...


class UnitOfWork(Repositories, Protocol):
    """One transaction: what is written and emitted in it happens together or not at all."""

    def __enter__(self) -> Self: ...
    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None: ...
    def emit(self, event: Event) -> None: ...
    def erased(self, user_id: str) -> bool:
        """Whether this person was erased: nothing of them may be kept any more."""
        ...

    def answer(self, view: V) -> V: ...


Begin = Callable[[], UnitOfWork]
