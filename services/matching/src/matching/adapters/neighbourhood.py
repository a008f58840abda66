"""Finding what is near: by meaning (exact cosines over a matrix) and by shared skills."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable

import numpy as np
import numpy.typing as npt

from matching.domain.embedding import Embedding
from matching.domain.skills import canonical

_FIRST_CAPACITY = 256
_DIGITS = 6  # beyond these the order of a sum shows, which differs from replica to replica


class Neighbourhood:
    """Members with the embedding of one model, or none, and skills. Exact up to some 20,000 members within milliseconds."""

    def __init__(self, model: str) -> None:
        self._model = model
        self._matrix: npt.NDArray[np.float32] = np.zeros((0, 0), np.float32)
        self._members: list[str] = []  # by row of the matrix
        self._rows: dict[str, int] = {}
        self._skills: dict[str, frozenset[str]] = {}
        self._having: defaultdict[str, set[str]] = defaultdict(set)

    def put(self, member: str, embedding: Embedding | None, skills: Iterable[str]) -> None:
        self.remove(member)
        self._skills[member] = frozenset(canonical(skill) for skill in skills)
        for skill in self._skills[member]:
            self._having[skill].add(member)
        if embedding is not None and embedding.model == self._model:
            vector = np.frombuffer(embedding.vector, "<f4")
            row = len(self._members)
            self._make_room(len(vector))
            self._matrix[row] = vector
            self._members.append(member)
            self._rows[member] = row

    def remove(self, member: str) -> None:
        for skill in self._skills.pop(member, frozenset()):
            self._having[skill].discard(member)
        row = self._rows.pop(member, None)
        if row is not None:  # the last one moves into the gap
            last = self._members.pop()
            if last != member:
                self._matrix[row] = self._matrix[len(self._members)]
                self._members[row] = last
                self._rows[last] = row

    def near(
        self, embedding: Embedding | None, skills: Iterable[str], limit: int, admits: Callable[[str], bool]
    ) -> list[tuple[str, float | None]]:
        """At most `limit` admitted members nearest in meaning and as many with the most shared skills, with their cosine where known."""
        cosines = self._cosines(embedding)
        found: dict[str, float | None] = {}
        for row in np.argsort(-cosines, kind="stable"):
            if len(found) == limit:
                break
            if admits(self._members[row]):
                found[self._members[row]] = round(float(cosines[row]), _DIGITS)
        shared = Counter(member for skill in {canonical(skill) for skill in skills} for member in self._having.get(skill, ()))
        for member, _ in sorted(((m, n) for m, n in shared.items() if admits(m)), key=lambda pair: (-pair[1], pair[0]))[:limit]:
            place = self._rows.get(member)
            known = place is not None and len(cosines) > 0
            found.setdefault(member, round(float(cosines[place]), _DIGITS) if known else None)
        return list(found.items())

    def _cosines(self, embedding: Embedding | None) -> npt.NDArray[np.float32]:
        if embedding is None or embedding.model != self._model or not self._members:
            return np.zeros(0, np.float32)
        cosines: npt.NDArray[np.float32] = self._matrix[: len(self._members)] @ np.frombuffer(embedding.vector, "<f4")
        return cosines

    def _make_room(self, width: int) -> None:
        if self._matrix.shape[1] != width:
            self._matrix = np.zeros((_FIRST_CAPACITY, width), np.float32)
        if len(self._members) == len(self._matrix):
            self._matrix = np.concatenate([self._matrix, np.zeros_like(self._matrix)])
