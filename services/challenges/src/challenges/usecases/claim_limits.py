"""How many of one person's applications may wait for a decision at one time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from challenges.domain.errors import ClaimLimitReached
from contracts.payments.entitlements import APPLICATIONS_MORE


@dataclass(frozen=True, slots=True)
class ClaimLimits:
    """`free` for everybody, `entitled` for whose plan entitles to more; `has` tells whether somebody is entitled to something."""

    free: int
    entitled: int
    has: Callable[[str, str], bool]

    def check(self, user_id: str, claims: int) -> None:
        """Raises:
        ClaimLimitReached: there are more than they may have.
        """
        if claims <= self.free:
            return
        more = self.has(user_id, APPLICATIONS_MORE)
        limit = max(self.free, self.entitled) if more else self.free
        if claims > limit:
            raise ClaimLimitReached(limit, None if more or self.entitled <= self.free else APPLICATIONS_MORE)
