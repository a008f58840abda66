"""Matching's use cases on fakes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import pytest
from matching_fakes import NOW, FakeChallenges, FakeEmbeddings, FakeMarket, FakeSolvers, FakeUnitOfWork, Memory

from contracts.base import Event
from contracts.matching.events import ChallengeMatched
from matching.usecases.embed_anew import EmbedAnewHandler
from matching.usecases.match_challenges import MatchChallengesHandler
from matching.usecases.match_solvers import MatchSolversHandler
from matching.usecases.record_challenge import RecordChallengeHandler
from matching.usecases.record_profile import RecordProfileHandler
from matching.usecases.record_standing import RecordStandingHandler
from matching.usecases.record_status import RecordStatusHandler


@dataclass
class Entitled:
    """Who is entitled to what."""

    to: set[tuple[str, str]] = field(default_factory=set)

    def holders(self, name: str, owner_ids: Collection[str]) -> frozenset[str]:
        return frozenset(id for id in owner_ids if (id, name) in self.to)


@dataclass
class World:
    """All of matching in memory."""

    memory: Memory = field(default_factory=Memory)
    embeddings: FakeEmbeddings = field(default_factory=FakeEmbeddings)
    entitled: Entitled = field(default_factory=Entitled)

    def __post_init__(self) -> None:
        self.market = FakeMarket(self.memory)
        self.record_profile = RecordProfileHandler(self.unit_of_work, self.solvers, self.embeddings)
        self.record_challenge = RecordChallengeHandler(
            self.unit_of_work, self.challenges, self.embeddings, self.market, 2, 0.45, self.entitled, lambda: NOW
        )
        self.record_status = RecordStatusHandler(self.unit_of_work)
        self.record_standing = RecordStandingHandler(self.unit_of_work)
        self.embed_anew = EmbedAnewHandler(self.unit_of_work, self.market, self.embeddings)
        self.match_solvers = MatchSolversHandler(self.challenges, self.market, self.embeddings, self.entitled)
        self.match_challenges = MatchChallengesHandler(self.solvers, self.market, self.embeddings, lambda: NOW)

    def unit_of_work(self) -> FakeUnitOfWork:
        return FakeUnitOfWork(self.memory)

    @property
    def challenges(self) -> FakeChallenges:
        return _Live(self.memory, "challenges")

    @property
    def solvers(self) -> FakeSolvers:
        return _Live(self.memory, "solvers")

    @property
    def told(self) -> list[str]:
        return [event.user_id for event in self.memory.events if isinstance(event, ChallengeMatched)]

    def events(self) -> list[Event]:
        return self.memory.events


class _Live(FakeChallenges, FakeSolvers):
    """Reads what is committed now."""

    def __init__(self, memory: Memory, part: str) -> None:
        self._memory, self._part = memory, part

    def get(self, id_: str) -> Any:
        return getattr(self._memory, self._part).get(id_)


@pytest.fixture
def world() -> World:
    return World()
