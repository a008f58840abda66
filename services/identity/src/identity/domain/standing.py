"""How an account stands with the platform, and how that may change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from contracts.identity.standing import AccountStatus
from identity.domain.administration_errors import AccountBanned, AccountNotKeptOut, AccountSuspended, BanStands, SuspensionOver


@dataclass(frozen=True, slots=True)
class Standing:
    """Why and until when somebody is kept out; nothing of it for those in good standing."""

    status: AccountStatus = AccountStatus.ACTIVE
    reason: str | None = None
    until: datetime | None = None

    def at(self, moment: datetime) -> Standing:
        """What is in force at a moment: a suspension ends by itself."""
        return self if self.status.at(moment, self.until) is self.status else GOOD

    def admit(self, moment: datetime) -> None:
        """Let somebody in.

        Raises:
            AccountSuspended, AccountBanned.
        """
        match self.at(moment).status:
            case AccountStatus.SUSPENDED:
                raise AccountSuspended(self.until)
            case AccountStatus.BANNED:
                raise AccountBanned

    def suspended(self, reason: str, until: datetime | None, at: datetime) -> Standing:
        """A suspension replaces another; it does not soften a ban.

        Raises:
            BanStands: it would.
            SuspensionOver: it would end before it began.
        """
        if self.status is AccountStatus.BANNED:
            raise BanStands
        if until is not None and until <= at:
            raise SuspensionOver
        return Standing(AccountStatus.SUSPENDED, reason, until)

    def banned(self, reason: str) -> Standing:
        return Standing(AccountStatus.BANNED, reason)

    def restored(self, at: datetime) -> Standing:
        """Raises:
        AccountNotKeptOut: there is nothing to lift.
        """
        if self.at(at).status is AccountStatus.ACTIVE:
            raise AccountNotKeptOut
        return GOOD


GOOD = Standing()
