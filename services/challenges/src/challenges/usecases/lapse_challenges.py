"""End open challenges whose challenger chose nobody in the time for that."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import structlog

from challenges.usecases.ending import end
from challenges.usecases.ports import Begin, Challenges, Now, Rerun

log = structlog.get_logger(__name__)
AT_ONCE = 200
LONGEST_ROUND_S = 5.0  # and one challenge: whoever stops the service waits for the round


@dataclass(frozen=True, slots=True)
class LapseChallengesHandler:
    """`rerun` runs something again when it lost a race for a record, as the entrypoints do for commands."""

    unit_of_work: Begin
    challenges: Challenges
    rerun: Rerun
    now: Now
    window: timedelta
    monotonic: Callable[[], float] = time.monotonic

    def __call__(self) -> None:
        """A transaction for each challenge. Replicas may do so at once: each is ended once; what is left goes with the next round.

        Until then its challenger may choose somebody: of the two that write the challenge at that moment one finds it taken.
        """
        began = self.monotonic()
        for challenge_id in self.challenges.undecided(self.now() - self.window, limit=AT_ONCE):
            if self.monotonic() - began >= LONGEST_ROUND_S:
                return
            try:
                self.rerun(partial(self._lapse, challenge_id))
            except Exception:  # one challenge's trouble must not hold up the others
                log.exception("challenge_failed_to_lapse", challenge_id=challenge_id)

    def _lapse(self, challenge_id: str) -> None:
        at = self.now()
        with self.unit_of_work() as work:
            challenge = work.challenges.get(challenge_id)
            if challenge is not None and challenge.undecided(self.window, at):
                end(work, challenge, challenge.lapse(at), at)
