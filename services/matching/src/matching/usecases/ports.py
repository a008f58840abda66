"""What the use cases of matching need from outside."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Protocol

from chassis.unit_of_work import UnitOfWork as Transaction
from matching.domain.challenge import Challenge
from matching.domain.embedding import Embedding
from matching.domain.search import Criteria, Found, OrderKeys
from matching.domain.solver import Solver

Now = Callable[[], datetime]


class Challenges(Protocol):
    def get(self, challenge_id: str) -> Challenge | None: ...

    def save(self, challenge: Challenge) -> None:
        """Write it over the version it was read as; a new one has version 0."""


class Solvers(Protocol):
    def get(self, user_id: str) -> Solver | None: ...

    def save(self, solver: Solver) -> None:
        """Write it over the version it was read as; a new one has version 0."""


class Matches(Protocol):
    """Who was told of which challenge."""

    def told(self, challenge_id: str) -> frozenset[str]: ...

    def add(self, challenge_id: str, user_id: str, score: float) -> None: ...


class Entitled(Protocol):
    def holders(self, name: str, owner_ids: Collection[str]) -> frozenset[str]:
        """Those of these whose plan entitles to it now."""
        ...


class UnitOfWork(Transaction, Protocol):
    challenges: Challenges
    solvers: Solvers
    matches: Matches


Begin = Callable[[], UnitOfWork]


class EmbeddingsUnavailable(Exception):
    """The model does not answer."""


class EmbeddingRefused(Exception):
    """The model answers, and does not take this text."""


class Embeddings(Protocol):
    """A model that turns a text into a vector: the same text, the same vector."""

    @property
    def name(self) -> str: ...

    def embed(self, text: str) -> Embedding:
        """Raises:
        EmbeddingsUnavailable: try again later.
        EmbeddingRefused: it will not take it later either.
        """


class Market(Protocol):
    """The people who solve and the open challenges, in this replica's memory: without those who are suspended or banned, and theirs."""

    def refresh(self) -> None:
        """Catch up with what any replica has committed, in the search index too."""

    def solvers_near(self, challenge: Challenge, limit: int) -> list[tuple[Solver, float | None]]:
        """Those whom it suits: the nearest in meaning, and those with wanted skills. With the cosine where both have a text."""

    def challenges_near(self, solver: Solver, limit: int) -> list[tuple[Challenge, float | None]]:
        """Open challenges that suit the solver and take applications still, in the same manner."""

    def without_meaning(self, limit: int) -> list[Solver | Challenge]:
        """Some of those whose embedding is missing, or of another text or model."""

    def set_aside(self, member: Solver | Challenge) -> None:
        """The model refuses its text: `without_meaning` tells of it no more, until it has another."""


class Search(Protocol):
    """Finds open challenges, with time left, that the viewer may see (None: somebody not logged in), of people in good standing."""

    def search(self, criteria: Criteria, viewer_id: str | None, after: OrderKeys | None, limit: int) -> Found: ...

    def beginning_with(self, typed: tuple[str, ...], viewer_id: str | None, limit: int) -> list[Challenge]:
        """Challenges with a title or a skill in which the words occur, the last one perhaps unfinished, one error allowed; newest first."""
