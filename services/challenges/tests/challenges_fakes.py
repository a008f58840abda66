"""Hand-written fakes of the ports: repositories in dictionaries, a unit of work that forgets what fails, and a market to act in."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar

from challenges.domain.application import Application
from challenges.domain.challenge import Challenge
from challenges.domain.errors import AlreadyApplied, AlreadyReviewed
from challenges.domain.review import Review
from challenges.domain.rewards import reward_bounds
from challenges.domain.submission import Submission
from challenges.usecases.ports import Filters
from chassis.documents import StaleVersion
from chassis.paging import decode_cursor, encode_cursor
from contracts.base import Event, View
from contracts.challenges.queries import ChallengeSort
from contracts.challenges.terms import ApplicationStatus, ChallengeStatus, Visibility


class Aggregate(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def version(self) -> int: ...


A = TypeVar("A", bound=Aggregate)
V = TypeVar("V", bound=View)
Rows = dict[str, A]


def save(rows: Rows[A], aggregate: A) -> A:
    stored = rows.get(aggregate.id)
    if stored is None or stored.version != aggregate.version:
        raise StaleVersion
    saved = replace(aggregate, version=aggregate.version + 1)  # type: ignore[type-var]  # every aggregate is a dataclass
    rows[aggregate.id] = saved
    return saved


def paged(
    items: Sequence[A], sort: list[tuple[str, int]], keys: Callable[[A], list[Any]], cursor: str | None, limit: int
) -> tuple[list[A], str | None]:
    """Keyset paging as the database does it, `_id` last."""
    order = [*sort, ("_id", sort[-1][1])]

    def comparable(values: Sequence[Any]) -> list[Any]:
        return [_Descending(value) if direction < 0 else value for value, (_, direction) in zip(values, order, strict=True)]

    ordered = sorted(items, key=lambda item: comparable([*keys(item), item.id]))
    if cursor is not None:
        behind = comparable(decode_cursor(cursor, order))
        ordered = [item for item in ordered if comparable([*keys(item), item.id]) > behind]
    shown = ordered[:limit]
    more = len(ordered) > limit
    return shown, encode_cursor([*keys(shown[-1]), shown[-1].id], order) if more else None


@dataclass(frozen=True)
class _Descending:
    value: Any

    def __lt__(self, other: _Descending) -> bool:
        return bool(other.value < self.value)


@dataclass
class FakeChallenges:
    rows: Rows[Challenge] = field(default_factory=dict)

    def get(self, challenge_id: str) -> Challenge | None:
        return self.rows.get(challenge_id)

    def add(self, challenge: Challenge) -> None:
        self.rows[challenge.id] = challenge

    def save(self, challenge: Challenge) -> Challenge:
        return save(self.rows, challenge)

    def remove(self, challenge: Challenge) -> None:
        self.rows.pop(challenge.id, None)

    def page_public(self, filters: Filters, sort: ChallengeSort, cursor: str | None, limit: int) -> tuple[list[Challenge], str | None]:
        listed = [
            each
            for each in self.rows.values()
            if each.visibility is Visibility.PUBLIC and each.status is (filters.status or ChallengeStatus.OPEN) and _fits(each, filters)
        ]
        return _sorted(listed, sort, "published_at", cursor, limit)

    def page_of_party(
        self, person_id: str, filters: Filters, sort: ChallengeSort, cursor: str | None, limit: int
    ) -> tuple[list[Challenge], str | None]:
        listed = [
            each
            for each in self.rows.values()
            if each.has_party(person_id) and filters.status in (None, each.status) and _fits(each, filters)
        ]
        return _sorted(listed, sort, "created_at", cursor, limit)

    def page_invited(
        self, person_id: str, filters: Filters, sort: ChallengeSort, cursor: str | None, limit: int
    ) -> tuple[list[Challenge], str | None]:
        private = (each for each in self.rows.values() if each.visibility is Visibility.PRIVATE and each.status is ChallengeStatus.OPEN)
        listed = [each for each in private if person_id in each.invited_user_ids and _fits(each, filters)]
        return _sorted(listed, sort, "published_at", cursor, limit)

    def undecided(self, deadline_until: datetime, limit: int) -> list[str]:
        overdue = (each for each in self.rows.values() if each.status is ChallengeStatus.OPEN and each.deadline <= deadline_until)
        return [each.id for each in sorted(overdue, key=lambda each: each.deadline)][:limit]


def _fits(challenge: Challenge, filters: Filters) -> bool:
    low, high = reward_bounds(challenge.reward)
    return (
        filters.category in (None, challenge.category)
        and filters.difficulty in (None, challenge.difficulty)
        and filters.currency in (None, low.currency)
        and (filters.min_reward is None or high.amount_minor >= filters.min_reward)
        and (filters.max_reward is None or low.amount_minor <= filters.max_reward)
        and (filters.deadline_before is None or challenge.deadline < filters.deadline_before)
        and (filters.deadline_after is None or challenge.deadline > filters.deadline_after)
    )


def _sorted(
    listed: list[Challenge], sort: ChallengeSort, newest_by: str, cursor: str | None, limit: int
) -> tuple[list[Challenge], str | None]:
    if sort is ChallengeSort.REWARD:
        order = [("reward_currency", 1), ("reward_high", -1)]

        def by_reward(each: Challenge) -> list[Any]:
            high = reward_bounds(each.reward)[1]
            return [high.currency, high.amount_minor]

        return paged(listed, order, by_reward, cursor, limit)
    if sort is ChallengeSort.DEADLINE:
        return paged(listed, [("deadline", 1)], lambda each: [each.deadline], cursor, limit)
    return paged(listed, [(newest_by, -1)], lambda each: [getattr(each, newest_by)], cursor, limit)


@dataclass
class FakeApplications:
    rows: Rows[Application] = field(default_factory=dict)

    def get(self, application_id: str) -> Application | None:
        return self.rows.get(application_id)

    def add(self, application: Application) -> None:
        if any(
            (each.challenge_id, each.applicant_id) == (application.challenge_id, application.applicant_id) for each in self.rows.values()
        ):
            raise AlreadyApplied
        self.rows[application.id] = application

    def save(self, application: Application) -> Application:
        return save(self.rows, application)

    def pending_to(self, challenge_id: str) -> list[Application]:
        pending = (each for each in self.rows.values() if each.status is ApplicationStatus.PENDING)
        return sorted((each for each in pending if each.challenge_id == challenge_id), key=lambda each: each.id)

    def claims_of(self, applicant_id: str) -> int:
        return sum(each.applicant_id == applicant_id and each.status is ApplicationStatus.PENDING for each in self.rows.values())

    def page_to(self, challenge_id: str, applicant_id: str | None, cursor: str | None, limit: int) -> tuple[list[Application], str | None]:
        found = [each for each in self.rows.values() if each.challenge_id == challenge_id and applicant_id in (None, each.applicant_id)]
        return paged(found, [("created_at", 1)], lambda each: [each.created_at], cursor, limit)


@dataclass
class FakeSubmissions:
    rows: Rows[Submission] = field(default_factory=dict)

    def get(self, submission_id: str) -> Submission | None:
        return self.rows.get(submission_id)

    def add(self, submission: Submission) -> None:
        self.rows[submission.id] = submission

    def save(self, submission: Submission) -> Submission:
        return save(self.rows, submission)

    def page_of(self, challenge_id: str, cursor: str | None, limit: int) -> tuple[list[Submission], str | None]:
        found = [each for each in self.rows.values() if each.challenge_id == challenge_id]
        return paged(found, [("created_at", 1)], lambda each: [each.created_at], cursor, limit)


@dataclass
class FakeReviews:
    rows: Rows[Review] = field(default_factory=dict)

    def add(self, review: Review) -> None:
        if any((each.challenge_id, each.author_id) == (review.challenge_id, review.author_id) for each in self.rows.values()):
            raise AlreadyReviewed
        self.rows[review.id] = review

    def save(self, review: Review) -> Review:
        return save(self.rows, review)

    def of_challenge(self, challenge_id: str) -> list[Review]:
        return sorted((each for each in self.rows.values() if each.challenge_id == challenge_id), key=lambda each: each.id)

    def page_of(self, challenge_id: str, cursor: str | None, limit: int) -> tuple[list[Review], str | None]:
        return paged(self.of_challenge(challenge_id), [("created_at", 1)], lambda each: [each.created_at], cursor, limit)

    def challenges_due(self, at: datetime, limit: int) -> list[str]:
        hidden = (each for each in self.rows.values() if each.published_at is None and each.window_closes_at <= at)
        due = sorted(hidden, key=lambda each: each.window_closes_at)[:limit]
        return list(dict.fromkeys(each.challenge_id for each in due))


@dataclass
class FakeDatabase:
    """What was committed: the repositories, the events in their order, and the last answer that was kept."""

    challenges: FakeChallenges = field(default_factory=FakeChallenges)
    applications: FakeApplications = field(default_factory=FakeApplications)
    submissions: FakeSubmissions = field(default_factory=FakeSubmissions)
    reviews: FakeReviews = field(default_factory=FakeReviews)
    events: list[Event] = field(default_factory=list)
    answers: list[View] = field(default_factory=list)
    erased_people: set[str] = field(default_factory=set)

    def begin(self) -> FakeUnitOfWork:
        return FakeUnitOfWork(self)

    def happened(self) -> list[str]:
        """The classes of the events, in their order."""
        return [type(event).__name__ for event in self.events]


class FakeUnitOfWork:
    """Works on copies, which take the place of the originals when nothing failed."""

    def __init__(self, database: FakeDatabase) -> None:
        self._database = database

    def __enter__(self) -> Self:
        self.challenges = FakeChallenges(copy.copy(self._database.challenges.rows))
        self.applications = FakeApplications(copy.copy(self._database.applications.rows))
        self.submissions = FakeSubmissions(copy.copy(self._database.submissions.rows))
        self.reviews = FakeReviews(copy.copy(self._database.reviews.rows))
        self._events: list[Event] = []
        self._answers: list[View] = []
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if kind is not None:
            return
        self._database.challenges.rows = self.challenges.rows
        self._database.applications.rows = self.applications.rows
        self._database.submissions.rows = self.submissions.rows
        self._database.reviews.rows = self.reviews.rows
        self._database.events += self._events
        self._database.answers += self._answers

    def emit(self, event: Event) -> None:
        type(event).model_validate(event.model_dump(mode="json"))  # as the outbox does
        self._events.append(event)

    def erased(self, user_id: str) -> bool:
        return user_id in self._database.erased_people

    def answer(self, view: V) -> V:
        self._answers.append(view)
        return view
