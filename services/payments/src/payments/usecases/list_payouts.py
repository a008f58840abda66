"""List payouts to whom they belong."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.principal import Principal
from contracts.paging import Page
from contracts.payments.queries import ListPayouts
from contracts.payments.views import PayoutView
from payments.usecases.ports import UnitsOfWork
from payments.usecases.views import payout_view


@dataclass(frozen=True, slots=True)
class ListPayoutsHandler:
    unit_of_work: UnitsOfWork

    def __call__(self, query: ListPayouts, principal: Principal) -> Page[PayoutView]:
        """The caller's payouts, the latest first.

        Raises:
            InvalidCursor: the cursor is not one of this list's.
        """
        with self.unit_of_work() as work:
            payouts, next_cursor = work.payouts.page_of(principal.user_id, query.cursor, query.limit)
        return Page(items=tuple(payout_view(payout) for payout in payouts), next_cursor=next_cursor)
