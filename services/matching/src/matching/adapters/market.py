"""A replica's picture of the market in memory, with the search index: disposable, rebuilt from the database when it starts."""

from __future__ import annotations

import threading
from itertools import islice
from typing import Any

from pymongo.database import Database

from matching.adapters.followed_collection import FollowedCollection
from matching.adapters.mapping import challenge_from, solver_from
from matching.adapters.neighbourhood import Neighbourhood
from matching.adapters.tantivy_search import TantivySearch
from matching.domain.challenge import Challenge
from matching.domain.solver import Solver


class MemoryMarket:
    """The port Market: knows what was committed when it was last refreshed."""

    def __init__(self, database: Database[dict[str, Any]], index: TantivySearch, model: str) -> None:
        self._model = model
        self._changed_challenges = FollowedCollection(database.challenges)
        self._changed_solvers = FollowedCollection(database.solvers)
        self._index = index
        self._solvers: dict[str, Solver] = {}
        self._solvers_near = Neighbourhood(model)
        self._open: dict[str, Challenge] = {}
        self._open_near = Neighbourhood(model)
        self._without_meaning: dict[str, Solver | Challenge] = {}
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
        for row in self._changed_solvers.changed():
            self._put_solver(solver_from(row))
        challenges = [challenge_from(row) for row in self._changed_challenges.changed()]
        for challenge in challenges:
            self._put_challenge(challenge)
        self._index.apply(challenges)

    def solvers_near(self, challenge: Challenge, limit: int) -> list[tuple[Solver, float | None]]:
        near = self._solvers_near.near(challenge.embedding, challenge.content.skills, limit, challenge.suits)
        return [(self._solvers[solver_id], cosine) for solver_id, cosine in near]

    def challenges_near(self, solver: Solver, limit: int) -> list[tuple[Challenge, float | None]]:
        def suits(challenge_id: str) -> bool:
            return self._open[challenge_id].suits(solver.id)

        near = self._open_near.near(solver.embedding, solver.profile.skills, limit, suits)
        return [(self._open[challenge_id], cosine) for challenge_id, cosine in near]

    def without_meaning(self, limit: int) -> list[Solver | Challenge]:
        return list(islice(self._without_meaning.values(), limit))

    def _note_meaning(self, member: Solver | Challenge, text: str) -> None:
        if text and (member.embedding is None or not member.embedding.stands_for(text, self._model)):
            self._without_meaning[member.id] = member
        else:
            self._without_meaning.pop(member.id, None)

    def _put_solver(self, solver: Solver) -> None:
        self._note_meaning(solver, solver.profile.meaning if solver.solves else "")
        if solver.solves:
            self._solvers[solver.id] = solver
            self._solvers_near.put(solver.id, solver.embedding, solver.profile.skills)
        else:
            self._solvers.pop(solver.id, None)
            self._solvers_near.remove(solver.id)

    def _put_challenge(self, challenge: Challenge) -> None:
        self._note_meaning(challenge, challenge.content.meaning if challenge.is_open else "")
        if challenge.is_open:
            self._open[challenge.id] = challenge
            self._open_near.put(challenge.id, challenge.embedding, challenge.content.skills)
        else:
            self._open.pop(challenge.id, None)
            self._open_near.remove(challenge.id)
