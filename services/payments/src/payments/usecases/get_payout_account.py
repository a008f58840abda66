"""Show a person how their account for payouts stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal
from contracts.payments.views import PayoutAccountStatus, PayoutAccountView
from payments.domain.errors import ProviderUnavailable
from payments.usecases.account_ports import Onboardings
from payments.usecases.payout_accounts import account_view, refreshed
from payments.usecases.ports import UnitsOfWork


@dataclass(frozen=True, slots=True)
class GetPayoutAccountHandler:
    unit_of_work: UnitsOfWork
    onboardings: Onboardings
    now: Callable[[], datetime]

    def __call__(self, principal: Principal) -> PayoutAccountView:
        """As long as something is missing the processor is asked: who comes back from its pages need not wait for a webhook.

        While it does not answer: what it said last.
        """
        with self.unit_of_work() as work:
            account = work.payout_accounts.get(principal.user_id)
        if account is not None and account.status is not PayoutAccountStatus.ENABLED:
            try:
                account = refreshed(self.unit_of_work, self.onboardings, account, self.now())
            except ProviderUnavailable:
                return account_view(account)
        return account_view(account)
