"""Connected accounts and their onboarding on Stripe's own pages: https://docs.stripe.com/connect/express-accounts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import stripe
from stripe.params import AccountCreateParams

from payments.adapters.stripe_client import changing, is_account_gone, looking
from payments.domain.payout_account import GONE, AccountState
from payments.usecases.account_ports import OnboardingLink


@dataclass(frozen=True, slots=True)
class StripeAccounts:
    """The person comes back to `return_url` when done, or when the link has expired: then they ask for another."""

    client: stripe.StripeClient
    return_url: str

    def create_account(self, user_id: str, *, key: str, country: str | None = None) -> tuple[str, AccountState]:
        """Payouts are made by us alone (`manual`): Stripe's own would empty the account behind the ledger's back."""
        order: AccountCreateParams = {
            "type": "express",
            "capabilities": {"transfers": {"requested": True}},
            "settings": {"payouts": {"schedule": {"interval": "manual"}}},
            "metadata": {"user_id": user_id},
        }
        if country:
            order["country"] = country
        with changing():
            account = self.client.v1.accounts.create(order, {"idempotency_key": key})
        return account.id, _state(account)

    def get_account(self, account_id: str) -> AccountState:
        with looking():
            try:
                return _state(self.client.v1.accounts.retrieve(account_id))
            except stripe.PermissionError as error:
                if is_account_gone(error):
                    return GONE
                raise

    def onboarding_link(self, account_id: str, *, key: str) -> OnboardingLink:
        with changing():
            link = self.client.v1.account_links.create(
                {
                    "account": account_id,
                    "type": "account_onboarding",
                    "return_url": self.return_url,
                    "refresh_url": self.return_url,
                    "collection_options": {"fields": "eventually_due"},
                },
                {"idempotency_key": key},
            )
        return OnboardingLink(link.url, datetime.fromtimestamp(link.expires_at, UTC))


def _state(account: stripe.Account) -> AccountState:
    due = account.requirements
    transfers = getattr(account.capabilities, "transfers", None)
    return AccountState(
        details_submitted=bool(account.details_submitted),
        charges_enabled=bool(account.charges_enabled),
        payouts_enabled=bool(account.payouts_enabled),
        transfers_enabled=transfers == "active",
        requirements_due=tuple(sorted({*((due.currently_due if due else None) or ()), *((due.past_due if due else None) or ())})),
        disabled_reason=due.disabled_reason if due else None,
    )
