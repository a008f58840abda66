"""Remember that delivered work was sent back."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.challenges.events import ChangesRequested
from payments.usecases.engagements import known_escrow
from payments.usecases.ports import UnitsOfWork


@dataclass(frozen=True, slots=True)
class NoteChangesRequestedHandler:
    unit_of_work: UnitsOfWork

    def __call__(self, event: ChangesRequested, sequence: int) -> None:
        """The challenger has spoken: silence no longer accepts this work. What was delivered after it (a later `sequence`) waits on.

        Raises:
            NotYet: the engagement is not known here yet.
        """
        with self.unit_of_work() as work:
            work.escrows.save(known_escrow(work, event.challenge_id).send_back(event.milestone_id, sequence))
