"""Keep a person's profile."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.identity.events import ProfileUpdated, UserRegistered
from matching.domain.solver import Solver
from matching.usecases.copies import profile_of
from matching.usecases.embed import embedded
from matching.usecases.ports import Begin, Embeddings, Solvers


@dataclass(frozen=True, slots=True)
class RecordProfileHandler:
    unit_of_work: Begin
    solvers: Solvers  # outside the transaction
    embeddings: Embeddings

    def __call__(self, event: UserRegistered | ProfileUpdated, sequence: int) -> None:
        """`sequence` is the event's place among those of this person."""
        profile = profile_of(event)
        person = Solver(event.user_id, profile, sequence)
        known = self.solvers.get(event.user_id)
        text = profile.meaning if person.solves else ""  # of the others nobody asks what they can do
        embedding = embedded(self.embeddings, text, known.embedding if known else None)
        with self.unit_of_work() as work:
            if work.erased(event.user_id):
                return
            before = work.solvers.get(event.user_id)
            after = before.told(profile, embedding, sequence) if before else Solver(event.user_id, profile, sequence, embedding)
            if after != before:
                work.solvers.save(after)
