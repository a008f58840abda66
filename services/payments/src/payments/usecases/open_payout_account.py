"""Begin to be paid: open the account that payouts go through, or go on with its onboarding."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.crash_points import declare, reached
from chassis.principal import Principal
from contracts.payments.commands import OpenPayoutAccount
from contracts.payments.views import PayoutAccountView
from payments.domain.errors import EmailNotVerified, PayoutAccountRefused
from payments.domain.payout_account import AccountState, PayoutAccount
from payments.usecases.account_ports import Onboardings
from payments.usecases.payout_accounts import account_view, put_in_place, refreshed
from payments.usecases.ports import Calls, ProviderRefused, UnitsOfWork

declare(
    {
        "payout_account.made": "Stripe has made the account that its owner asked for, it is not recorded",
        "payout_account.link_made": "Stripe has made a link to its pages, it is not answered with",
    }
)


@dataclass(frozen=True, slots=True)
class OpenPayoutAccountHandler:
    unit_of_work: UnitsOfWork
    onboardings: Onboardings
    calls: Calls
    now: Callable[[], datetime]

    def __call__(self, command: OpenPayoutAccount, principal: Principal) -> PayoutAccountView:
        """A link to the processor's pages; one that is lost or has expired is replaced by asking again.

        A person has one account, whatever is asked twice or at once: the key that makes it is the person's. One that the processor knows
        no more is replaced: then the key is of the one that is gone, too.

        Raises:
            EmailNotVerified.
            PayoutAccountRefused: with the processor's code, at `/country`.
        """
        if not principal.email_verified:
            raise EmailNotVerified
        try:
            account = refreshed(self.unit_of_work, self.onboardings, self._account(principal.user_id, command.country), self.now())
            if account.state.gone:
                account = self._another(account, command.country)
            link = self.onboardings.onboarding_link(account.account_id, key=f"onboarding:{self.calls.key()}")
        except ProviderRefused as refusal:
            raise PayoutAccountRefused(refusal.code) from refusal
        reached("payout_account.link_made")
        with self.unit_of_work() as work:
            return work.answer(account_view(account, link))

    def _another(self, gone: PayoutAccount, country: str | None) -> PayoutAccount:
        made = self._made(gone.user_id, country, f"account:{gone.user_id}:{gone.account_id}:{country or 0}")
        with self.unit_of_work() as work:
            return put_in_place(work, gone, *made, self.now())

    def _account(self, user_id: str, country: str | None) -> PayoutAccount:
        with self.unit_of_work() as work:
            known = work.payout_accounts.get(user_id)
        if known is not None:
            return known
        made = self._made(user_id, country, f"account:{user_id}:{country or 0}")
        with self.unit_of_work() as work:
            known = work.payout_accounts.get(user_id)
            if known is None:
                known = PayoutAccount.opened(user_id, *made, self.now())
                work.payout_accounts.add(known)
            return known

    def _made(self, user_id: str, country: str | None, key: str) -> tuple[str, AccountState]:
        made = self.onboardings.create_account(user_id, key=key, country=country)
        reached("payout_account.made")
        return made
