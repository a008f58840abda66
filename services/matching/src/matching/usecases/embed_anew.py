"""Give those an embedding who have none of their text by the present model: it was away, or it is a new one."""

from __future__ import annotations

from dataclasses import dataclass, replace

from matching.domain.challenge import Challenge
from matching.domain.embedding import Embedding
from matching.domain.solver import Solver
from matching.usecases.ports import Begin, EmbeddingRefused, Embeddings, EmbeddingsUnavailable, Market

_AT_A_TIME = 5


@dataclass(frozen=True, slots=True)
class EmbedAnewHandler:
    unit_of_work: Begin
    market: Market
    embeddings: Embeddings

    def __call__(self) -> None:
        """Safe in all replicas at once: the work is the same, and each copy is written over the version it was read as."""
        try:
            for known in self.market.without_meaning(_AT_A_TIME):
                self._mend(known)
        except EmbeddingsUnavailable:
            return

    def _mend(self, known: Solver | Challenge) -> None:
        try:
            embedding = self.embeddings.embed(known.meaning)
        except EmbeddingRefused:
            self.market.set_aside(known)  # or it would come first for ever, and nobody behind it have a turn
        else:
            self._write(known, embedding)

    def _write(self, known: Solver | Challenge, embedding: Embedding) -> None:
        with self.unit_of_work() as work:
            if isinstance(known, Solver):
                solver = work.solvers.get(known.id)
                if solver is not None and solver.meaning == known.meaning and solver.embedding != embedding:
                    work.solvers.save(replace(solver, embedding=embedding))
            else:
                challenge = work.challenges.get(known.id)
                if challenge is not None and challenge.meaning == known.meaning and challenge.embedding != embedding:
                    work.challenges.save(replace(challenge, embedding=embedding))
