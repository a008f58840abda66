"""A replica's picture of the market in memory, with the search index: disposable, rebuilt from the database when it starts."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import islice
from typing import Any

from pymongo.database import Database

from matching.adapters.followed_collection import FollowedCollection
from matching.adapters.kept_out import KeptOut
from matching.adapters.mapping import challenge_from, solver_from
from matching.adapters.neighbourhood import Neighbourhood
from matching.adapters.tantivy_search import TantivySearch
from matching.domain.challenge import Challenge
from matching.domain.embedding import fingerprint
from matching.domain.solver import Solver


class MemoryMarket:
    """The port Market: knows what was committed when it was last refreshed."""

    def __init__(self, database: Database[dict[str, Any]], index: TantivySearch, model: str, now: Callable[[], datetime]) -> None:
        self._model = model
        self._now = now
        self._changed_challenges = FollowedCollection(database.challenges)
        self._changed_solvers = FollowedCollection(database.solvers)
        self._index = index
        self._solvers: dict[str, Solver] = {}
        self._solvers_near = Neighbourhood(model)
        self._kept_out = KeptOut(now)
        self._open: dict[str, Challenge] = {}
        self._hidden: dict[str, Challenge] = {}  # the open ones of those who are kept out
        self._open_near = Neighbourhood(model)
        self._without_meaning: dict[str, Solver | Challenge] = {}
        self._refused: dict[str, str] = {}  # by member, the fingerprint of a text that the model does not take
        self._refreshing = threading.Lock()  # the timer and a request must not take changes past each other

    def refresh(self) -> None:
        with self._refreshing:
            try:
                self._take_changes()
            except Exception:
                self._changed_challenges.start_over()  # what was seen may not have been taken in
                self._changed_solvers.start_over()
                raise

    def _take_changes(self) -> None:
        solvers = {row["_id"]: solver_from(row) for row in self._changed_solvers.changed()}
        moved = self._kept_out.look(solvers.values())
        for solver in (solvers | moved).values():
            self._put_solver(solver)
        challenges = self._of(moved) | {row["_id"]: challenge_from(row) for row in self._changed_challenges.changed()}
        for challenge in challenges.values():
            self._put_challenge(challenge)
        self._index.apply(list(challenges.values()), self._shows)

    def _of(self, people: Iterable[str]) -> dict[str, Challenge]:
        """Their open challenges, which go with them and come back with them."""
        owners = frozenset(people)
        known = (self._open | self._hidden).items() if owners else ()
        return {id_: challenge for id_, challenge in known if challenge.content.challenger_id in owners}

    def _shows(self, challenge: Challenge) -> bool:
        return challenge.is_open and challenge.content.challenger_id not in self._kept_out

    def solvers_near(self, challenge: Challenge, limit: int) -> list[tuple[Solver, float | None]]:
        near = self._solvers_near.near(challenge.embedding, challenge.content.skills, limit, challenge.suits)
        return [(self._solvers[solver_id], cosine) for solver_id, cosine in near]

    def challenges_near(self, solver: Solver, limit: int) -> list[tuple[Challenge, float | None]]:
        now = self._now()  # deadlines pass without an event: looked at when asked

        def suits(challenge_id: str) -> bool:
            challenge = self._open[challenge_id]
            return challenge.takes_applications(now) and challenge.suits(solver.id)

        near = self._open_near.near(solver.embedding, solver.profile.skills, limit, suits)
        return [(self._open[challenge_id], cosine) for challenge_id, cosine in near]

    def without_meaning(self, limit: int) -> list[Solver | Challenge]:
        return list(islice((member for member in self._without_meaning.values() if not self._is_set_aside(member)), limit))

    def set_aside(self, member: Solver | Challenge) -> None:
        self._refused[member.id] = fingerprint(self._model, member.meaning)

    def _is_set_aside(self, member: Solver | Challenge) -> bool:
        refused = self._refused.get(member.id)
        return refused is not None and refused == fingerprint(self._model, member.meaning)

    def _note_meaning(self, member: Solver | Challenge, text: str) -> None:
        if not text:
            self._refused.pop(member.id, None)
        if text and (member.embedding is None or not member.embedding.stands_for(text, self._model)):
            self._without_meaning[member.id] = member
        else:
            self._without_meaning.pop(member.id, None)

    def _put_solver(self, solver: Solver) -> None:
        shown = solver.solves and solver.id not in self._kept_out
        self._note_meaning(solver, solver.meaning if shown else "")
        if shown:
            self._solvers[solver.id] = solver
            self._solvers_near.put(solver.id, solver.embedding, solver.profile.skills)
        else:
            self._solvers.pop(solver.id, None)
            self._solvers_near.remove(solver.id)

    def _put_challenge(self, challenge: Challenge) -> None:
        shown = self._shows(challenge)
        self._note_meaning(challenge, challenge.meaning if shown else "")
        if challenge.is_open and not shown:
            self._hidden[challenge.id] = challenge
        else:
            self._hidden.pop(challenge.id, None)
        if shown:
            self._open[challenge.id] = challenge
            self._open_near.put(challenge.id, challenge.embedding, challenge.content.skills)
        else:
            self._open.pop(challenge.id, None)
            self._open_near.remove(challenge.id)
