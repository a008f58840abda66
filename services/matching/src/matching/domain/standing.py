"""How a person stands with the platform, as identity told it last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from contracts.identity.standing import AccountStatus


@dataclass(frozen=True, slots=True)
class Standing:
    """`until`: when a suspension ends by itself. `sequence`: the place of the fact among those of this person, 0 before any."""

    status: AccountStatus = AccountStatus.ACTIVE
    until: datetime | None = None
    sequence: int = 0

    def active_at(self, moment: datetime) -> bool:
        return self.status.at(moment, self.until) is AccountStatus.ACTIVE


NOTHING_KNOWN = Standing()
