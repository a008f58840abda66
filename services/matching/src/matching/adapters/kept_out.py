"""Who is suspended or banned, in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from contracts.identity.standing import AccountStatus
from matching.domain.solver import Solver


class KeptOut:
    """As it was at the last look: between two of them nobody comes or goes, so that all that is derived from it agrees."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._restricted: dict[str, Solver] = {}  # those of a suspension that is over too, until somebody lifts it
        self._ids: frozenset[str] = frozenset()

    def __contains__(self, user_id: str) -> bool:
        return user_id in self._ids

    def look(self, changed: Iterable[Solver]) -> dict[str, Solver]:
        """Take these in. Gives those who are kept out now and were not before, or the other way round: by a fact, or by the clock."""
        known = self._restricted | {solver.id: solver for solver in changed}
        self._restricted = {id_: solver for id_, solver in known.items() if solver.standing.status is not AccountStatus.ACTIVE}
        now, before = self._now(), self._ids
        self._ids = frozenset(id_ for id_, solver in self._restricted.items() if not solver.standing.active_at(now))
        return {id_: known[id_] for id_ in before ^ self._ids}
