"""Remember that work was delivered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from contracts.challenges.events import WorkSubmitted
from payments.domain.silence import SILENCE
from payments.usecases.engagements import known_escrow
from payments.usecases.ports import UnitsOfWork


@dataclass(frozen=True, slots=True)
class NoteDeliveryHandler:
    unit_of_work: UnitsOfWork
    now: Callable[[], datetime]

    def __call__(self, event: WorkSubmitted, sequence: int) -> None:
        """Remember that work came in for a milestone: its money will not go back by itself, and the clock of silence starts.

        `sequence` orders the facts of one challenge: each kind comes by a queue of its own, so they arrive in any order.

        Raises:
            NotYet: the engagement is not known here yet.
        """
        with self.unit_of_work() as work:
            escrow = known_escrow(work, event.challenge_id)
            work.escrows.save(escrow.deliver(event.milestone_id, self.now() + SILENCE, sequence))
