"""Show a payout to whom it belongs."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.principal import Principal
from contracts.payments.queries import GetPayout
from contracts.payments.views import PayoutView
from payments.domain.errors import PayoutNotFound
from payments.usecases.ports import UnitsOfWork
from payments.usecases.views import is_finance, payout_view


@dataclass(frozen=True, slots=True)
class GetPayoutHandler:
    unit_of_work: UnitsOfWork

    def __call__(self, query: GetPayout, principal: Principal) -> PayoutView:
        """Raises:
        PayoutNotFound: it does not exist, or is somebody else's (finance sees all).
        """
        with self.unit_of_work() as work:
            payout = work.payouts.get(query.payout_id)
            if payout is None or not (payout.user_id == principal.user_id or is_finance(principal)):
                raise PayoutNotFound
            return payout_view(payout)
