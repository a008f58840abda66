"""What the payout accounts' use cases share: asking the processor how an account stands, and how it is shown."""

from __future__ import annotations

from datetime import datetime

from contracts.payments.views import PayoutAccountStatus, PayoutAccountView
from payments.domain.payout_account import AccountState, PayoutAccount
from payments.usecases.account_ports import OnboardingLink, Onboardings
from payments.usecases.ports import UnitOfWork, UnitsOfWork


def refreshed(unit_of_work: UnitsOfWork, onboardings: Onboardings, account: PayoutAccount, at: datetime) -> PayoutAccount:
    """The account as the processor says that it is now; recorded when that is news.

    Raises:
        ProviderUnavailable.
    """
    state = onboardings.get_account(account.account_id)
    if state == account.state:
        return account
    with unit_of_work() as work:
        return note_state(work, account.user_id, state, at) or account


def note_state(work: UnitOfWork, user_id: str, state: AccountState, at: datetime) -> PayoutAccount | None:
    """Record what the processor said; releases that waited for the account to be enabled go on."""
    stored = work.payout_accounts.get(user_id)
    if stored is None or stored.state == state:
        return stored
    _wake(work, user_id, state, at)
    return work.payout_accounts.save(stored.told(state, at))


def put_in_place(work: UnitOfWork, gone: PayoutAccount, account_id: str, state: AccountState, at: datetime) -> PayoutAccount:
    """Record another account of a person whose account is gone, unless that was done meanwhile; what waited is sent to it."""
    stored = work.payout_accounts.get(gone.user_id)
    if stored is None or stored.account_id != gone.account_id:
        return stored or gone
    _wake(work, gone.user_id, state, at)
    return work.payout_accounts.save(stored.replaced(account_id, state, at))


def _wake(work: UnitOfWork, user_id: str, state: AccountState, at: datetime) -> None:
    if state.transfers_enabled:
        for saga in work.sagas.waiting_for(user_id):
            work.sagas.save(saga.woken(at))


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
