"""When an event is tried again: the tiers of delay, and `NotYet` for a handler that must wait for another fact."""

from __future__ import annotations

import random
from dataclasses import dataclass

_PATIENT_S = 30.0


class NotYet(Exception):
    """Something this event needs has not arrived yet: try again later. Expected now and then, so not logged as an error."""


@dataclass(frozen=True, slots=True)
class RetryTiers:
    """Delays in seconds, one a further attempt; after the last the event goes to the dead letters."""

    delays_s: tuple[float, ...]

    def queue(self, service: str, tier: int) -> str:
        """The waiting queue of a tier; the delay is in its name, so that changed tiers meet no queue of the old kind."""
        return f"{service}.retry.{self.milliseconds(tier)}"

    def milliseconds(self, tier: int) -> int:
        return round(self.delays_s[tier] * 1000)

    def patient(self, attempt: int) -> int:
        """The tier for a failure that is not the handler's (the database is away or holds a lock): never a long one.

        MongoDB keeps the locks of a process that was killed in a transaction for up to a minute.
        """
        short = [tier for tier, delay in enumerate(self.delays_s) if delay <= _PATIENT_S]
        return min(attempt, short[-1] if short else 0)

    def jittered(self, tier: int) -> int:
        """A delay in milliseconds between half the tier and all of it, so that events that failed together part."""
        return max(1, round(self.milliseconds(tier) * random.uniform(0.5, 1.0)))  # noqa: S311 - spreads load, hides nothing
