"""The account a person's money is sent to: what the processor still wants to know, and what it allows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from contracts.payments.views import PayoutAccountStatus


@dataclass(frozen=True, slots=True)
class AccountState:
    """What the processor says of an account at one moment."""

    details_submitted: bool
    charges_enabled: bool
    payouts_enabled: bool
    transfers_enabled: bool
    requirements_due: tuple[str, ...] = ()
    disabled_reason: str | None = None

    @property
    def gone(self) -> bool:
        """Its owner, or the processor, has closed it: it never takes anything again, and there may be another."""
        return self.disabled_reason == _GONE


_GONE = "account_gone"
GONE = AccountState(details_submitted=False, charges_enabled=False, payouts_enabled=False, transfers_enabled=False, disabled_reason=_GONE)


@dataclass(frozen=True, slots=True)
class PayoutAccount:
    """`state` is what the processor said last, at `updated_at`. Only the processor changes it; webhooks say that it is time to ask."""

    user_id: str
    version: int
    account_id: str
    state: AccountState
    created_at: datetime
    updated_at: datetime

    @classmethod
    def opened(cls, user_id: str, account_id: str, state: AccountState, at: datetime) -> PayoutAccount:
        return cls(user_id, 1, account_id, state, at, at)

    def told(self, state: AccountState, at: datetime) -> PayoutAccount:
        return replace(self, state=state, updated_at=at)

    def replaced(self, account_id: str, state: AccountState, at: datetime) -> PayoutAccount:
        """By another one of the same person's."""
        return replace(self, account_id=account_id, state=state, updated_at=at)

    @property
    def status(self) -> PayoutAccountStatus:
        if self.state.payouts_enabled and self.state.transfers_enabled:
            return PayoutAccountStatus.ENABLED
        return PayoutAccountStatus.RESTRICTED if self.state.details_submitted else PayoutAccountStatus.ONBOARDING
