"""The generic cell rate algorithm: one number a caller, no bursts beyond the quota, no windows to reset."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Policy:
    """`quota` requests in `window_s` seconds; an idle caller may spend the whole quota at once."""

    quota: int
    window_s: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `"<quota>/<seconds>"`.

        Raises:
            ValueError: not of this form, or not above zero.
        """
        quota, _, window = text.partition("/")
        policy = cls(int(quota), int(window))
        if policy.quota < 1 or policy.window_s < 1:
            raise ValueError("a rate limit is <requests>/<seconds>, both above zero")
        return policy

    @property
    def interval_s(self) -> float:
        """The time one request costs."""
        return self.window_s / self.quota


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a request may pass, what is left, and in how many seconds the quota is whole (or one more may pass)."""

    allowed: bool
    remaining: int
    reset_s: int
    retry_after_s: int


def decide(policy: Policy, arrival_s: float | None, now_s: float) -> tuple[Verdict, float]:
    """The verdict at `now_s` for a caller whose theoretical arrival time was `arrival_s`, and the new one."""
    previous = max(arrival_s or now_s, now_s)
    following = previous + policy.interval_s
    allowed = following - now_s <= policy.window_s + 1e-9
    kept = following if allowed else previous
    return verdict(policy, kept - now_s, allowed=allowed), kept


def verdict(policy: Policy, debt_s: float, *, allowed: bool) -> Verdict:
    """What to tell a caller who has spent `debt_s` seconds' worth of the quota."""
    remaining = max(0, int((policy.window_s - debt_s) / policy.interval_s + 1e-6))
    wait = 0 if allowed else max(1, math.ceil(debt_s + policy.interval_s - policy.window_s))
    return Verdict(allowed, remaining, math.ceil(max(0.0, debt_s)), wait)
