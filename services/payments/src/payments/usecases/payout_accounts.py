"""What the payout accounts' use cases share: asking the processor how an account stands, and how it is shown."""

from __future__ import annotations

from datetime import datetime

from contracts.payments.views import PayoutAccountStatus, PayoutAccountView
from payments.domain.payout_account import PayoutAccount
from payments.usecases.account_ports import OnboardingLink, Onboardings
from payments.usecases.ports import UnitsOfWork


def refreshed(unit_of_work: UnitsOfWork, onboardings: Onboardings, account: PayoutAccount, at: datetime) -> PayoutAccount:
    """The account as the processor says that it is now; recorded when that is news.

    Raises:
        ProviderUnavailable.
    """
    state = onboardings.get_account(account.account_id)
    if state == account.state:
        return account
    with unit_of_work() as work:
        stored = work.payout_accounts.get(account.user_id) or account
        return work.payout_accounts.save(stored.told(state, at))


def account_view(account: PayoutAccount | None, link: OnboardingLink | None = None) -> PayoutAccountView:
    if account is None:
        return PayoutAccountView(status=PayoutAccountStatus.NONE)
    state = account.state
    return PayoutAccountView(
        status=account.status,
        charges_enabled=state.charges_enabled,
        payouts_enabled=state.payouts_enabled,
        transfers_enabled=state.transfers_enabled,
        requirements_due=state.requirements_due,
        disabled_reason=state.disabled_reason,
        onboarding_url=link.url if link else None,
        onboarding_expires_at=link.expires_at if link else None,
        updated_at=account.updated_at,
    )
