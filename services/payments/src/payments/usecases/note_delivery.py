"""Remember that work was delivered."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.challenges.events import WorkSubmitted
from payments.usecases.engagements import known_escrow
from payments.usecases.ports import UnitsOfWork


@dataclass(frozen=True, slots=True)
class NoteDeliveryHandler:
    unit_of_work: UnitsOfWork

    def __call__(self, event: WorkSubmitted) -> None:
        """Remember that work came in for a milestone: its money will not go back by itself.

        Raises:
            NotYet: the engagement is not known here yet.
        """
        with self.unit_of_work() as work:
            work.escrows.save(known_escrow(work, event.challenge_id).deliver(event.milestone_id))
