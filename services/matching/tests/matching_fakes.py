"""Matching's storage, memory and model without a database, and examples of what others tell it."""

from __future__ import annotations

import hashlib
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, ClassVar, Self

from chassis.documents import StaleVersion
from chassis.ids import new_id
from chassis.principal import Principal
from contracts.base import Event, View
from contracts.challenges.events import ChallengePublished, ChallengeUpdated
from contracts.challenges.terms import Category, ChallengeStatus, Difficulty, FixedReward, Visibility
from contracts.challenges.views import ChallengeView
from contracts.identity.events import ProfileUpdated, StandingChanged, UserRegistered
from contracts.identity.roles import Role
from contracts.identity.standing import AccountStatus
from contracts.money import Price
from matching.domain.challenge import Challenge
from matching.domain.embedding import Embedding
from matching.domain.solver import Solver
from matching.usecases.copies import content_of, profile_of
from matching.usecases.ports import EmbeddingRefused, EmbeddingsUnavailable

NOW = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)


@dataclass
class Memory:
    challenges: dict[str, Challenge] = field(default_factory=dict)
    solvers: dict[str, Solver] = field(default_factory=dict)
    matches: dict[tuple[str, str], float] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)


class _Versioned:
    def __init__(self, rows: dict[str, Any]) -> None:
        self._rows = rows

    def get(self, id_: str) -> Any:
        return self._rows.get(id_)

    def save(self, row: Any) -> None:
        stored = self._rows.get(row.id)
        if (stored.version if stored else 0) != row.version:
            raise StaleVersion
        self._rows[row.id] = replace(row, version=row.version + 1)


class FakeChallenges(_Versioned):
    pass


class FakeSolvers(_Versioned):
    pass


class FakeMatches:
    def __init__(self, rows: dict[tuple[str, str], float]) -> None:
        self._rows = rows

    def told(self, challenge_id: str) -> frozenset[str]:
        return frozenset(user for challenge, user in self._rows if challenge == challenge_id)

    def add(self, challenge_id: str, user_id: str, score: float) -> None:
        if (challenge_id, user_id) in self._rows:
            raise StaleVersion
        self._rows[challenge_id, user_id] = score


class FakeUnitOfWork:
    """Commits by handing its copies to the memory."""

    erased_people: ClassVar[set[str]] = set()  # of a test that says so

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def __enter__(self) -> Self:
        self._work = Memory(*(copy(part) for part in vars(self._memory).values()))
        self.challenges = FakeChallenges(self._work.challenges)
        self.solvers = FakeSolvers(self._work.solvers)
        self.matches = FakeMatches(self._work.matches)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if kind is None:
            vars(self._memory).update(vars(self._work))

    def emit(self, event: Event) -> None:
        self._work.events.append(event)

    def erased(self, user_id: str) -> bool:
        return user_id in self.erased_people

    def answer(self, view: View) -> View:
        return view


class FakeEmbeddings:
    """A model of which a test only sees when it was asked."""

    name = "fake"

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.away = False
        self.refuses: set[str] = set()

    def embed(self, text: str) -> Embedding:
        if self.away:
            raise EmbeddingsUnavailable
        self.asked.append(text)
        if text in self.refuses:
            raise EmbeddingRefused
        return Embedding.of(self.name, text, hashlib.sha256(text.encode()).digest())


class FakeMarket:
    """All that is committed, at once; texts are as near as a test says."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self.cosine: float | None = 0.5
        self.cosines: dict[str, float] = {}  # of those who are another way off
        self._set_aside: set[tuple[str, str]] = set()

    def without_meaning(self, limit: int) -> list[Solver | Challenge]:
        everything = [*self._memory.solvers.values(), *self._memory.challenges.values()]
        waiting = [member for member in everything if member.embedding is None and (member.id, member.meaning) not in self._set_aside]
        return waiting[:limit]

    def set_aside(self, member: Solver | Challenge) -> None:
        self._set_aside.add((member.id, member.meaning))

    def refresh(self) -> None:
        pass

    def solvers_near(self, challenge: Challenge, limit: int) -> list[tuple[Solver, float | None]]:
        people = [solver for solver in self._memory.solvers.values() if self._is_active(solver.id)]
        return [(solver, self.cosines.get(solver.id, self.cosine)) for solver in people][:limit]

    def challenges_near(self, solver: Solver, limit: int) -> list[tuple[Challenge, float | None]]:
        challenges = [one for one in self._memory.challenges.values() if self._is_active(one.content.challenger_id)]
        return [(challenge, self.cosine) for challenge in challenges][:limit]

    def _is_active(self, user_id: str) -> bool:
        known = self._memory.solvers.get(user_id)
        return known is None or known.standing.active_at(NOW)


def euros(cents: int) -> Price:
    return Price(amount_minor=cents, currency="EUR")


def challenge_view(**changes: Any) -> ChallengeView:
    fields: dict[str, Any] = {
        "id": new_id("challenge"),
        "version": 1,
        "status": ChallengeStatus.OPEN,
        "challenger_id": new_id("user"),
        "title": "Build a data pipeline",
        "description": "<p>Move our sales figures into a warehouse every night.</p>",
        "category": Category.DATA,
        "difficulty": Difficulty.INTERMEDIATE,
        "skills": ("python", "sql"),
        "tags": ("etl",),
        "reward": FixedReward(amount=euros(100_000)),
        "milestones": (),
        "deadline": NOW + timedelta(days=30),
        "visibility": Visibility.PUBLIC,
        "invited_user_ids": (),
        "applications_count": 0,
        "accepted_application_id": None,
        "solver_id": None,
        "cancel_reason": None,
        "created_at": NOW,
        "updated_at": NOW,
        "published_at": NOW,
        "completed_at": None,
    }
    return ChallengeView.model_validate(fields | changes)


def about(view: ChallengeView) -> dict[str, Any]:
    """What every fact of a challenge says of it."""
    return {"challenge_id": view.id, "challenge_title": view.title, "challenger_id": view.challenger_id}


def published(view: ChallengeView) -> ChallengePublished:
    return ChallengePublished(**about(view), challenge=view)


def updated(view: ChallengeView) -> ChallengeUpdated:
    return ChallengeUpdated(**about(view), challenge=view)


def registered(user_id: str | None = None, roles: tuple[Role, ...] = (Role.SOLVER,)) -> UserRegistered:
    return UserRegistered(
        user_id=user_id or new_id("user"),
        email="ada@example.org",
        display_name="Ada",
        roles=roles,
        locale="en",
        time_zone="UTC",
        registered_at=NOW,
    )


def profile(user_id: str | None = None, **changes: Any) -> ProfileUpdated:
    fields: dict[str, Any] = {
        "user_id": user_id or new_id("user"),
        "display_name": "Ada",
        "roles": (Role.SOLVER,),
        "headline": "Data engineer",
        "bio": "I build pipelines that load warehouses.",
        "skills": ("Python", "SQL"),
        "languages": ("en",),
        "time_zone": "UTC",
        "locale": "en",
    }
    return ProfileUpdated.model_validate(fields | changes)


def standing(user_id: str, status: AccountStatus, until: datetime | None = None) -> StandingChanged:
    return StandingChanged(user_id=user_id, status=status, reason="Spam.", until=until)


def challenge(**changes: Any) -> Challenge:
    view = challenge_view(**changes)
    return Challenge(view.id, content_of(view), view.status, 1, 1)


def solver(user_id: str | None = None, **changes: Any) -> Solver:
    event = profile(user_id, **changes)
    return Solver(event.user_id, profile_of(event), 1)


def person(user_id: str) -> Principal:
    return Principal(user_id=user_id, session_id="session", roles=frozenset({Role.SOLVER}), email_verified=True, token="token")
