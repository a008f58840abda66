"""What the payout accounts' use cases need: whose account is whose, and the processor that keeps them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from payments.domain.payout_account import AccountState, PayoutAccount


class PayoutAccounts(Protocol):
    """Whose Stripe account is whose."""

    def get(self, user_id: str) -> PayoutAccount | None: ...
    def after(self, user_id: str, limit: int) -> list[PayoutAccount]:
        """The next ones in the order of their people's ids; from the first where `user_id` is empty."""
        ...

    def add(self, account: PayoutAccount) -> None: ...
    def save(self, account: PayoutAccount) -> PayoutAccount: ...


@dataclass(frozen=True, slots=True)
class OnboardingLink:
    url: str
    expires_at: datetime


class Onboardings(Protocol):
    """The processor's side of an account.

    Raises:
        ProviderUnavailable: nobody knows whether it happened.
        ProviderRefused: it did not happen. `get_account` never raises this.
    """

    def create_account(self, user_id: str, *, key: str, country: str | None = None) -> tuple[str, AccountState]:
        """An account to which this person's money can be sent: its id, and what the processor says of it."""
        ...

    def get_account(self, account_id: str) -> AccountState:
        """One that exists no more is `GONE`."""
        ...

    def onboarding_link(self, account_id: str, *, key: str) -> OnboardingLink: ...
