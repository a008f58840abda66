"""Remember that work was delivered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from contracts.challenges.events import WorkSubmitted
from payments.usecases.engagements import known_escrow
from payments.usecases.ports import UnitsOfWork

SILENCE = timedelta(days=14)  # after that long without a word from the challenger, delivered work counts as approved


@dataclass(frozen=True, slots=True)
class NoteDeliveryHandler:
    unit_of_work: UnitsOfWork
    now: Callable[[], datetime]

    def __call__(self, event: WorkSubmitted) -> None:
        """Remember that work came in for a milestone: its money will not go back by itself, and the clock of silence starts.

        Raises:
            NotYet: the engagement is not known here yet.
        """
        with self.unit_of_work() as work:
            work.escrows.save(known_escrow(work, event.challenge_id).deliver(event.milestone_id, self.now() + SILENCE))
