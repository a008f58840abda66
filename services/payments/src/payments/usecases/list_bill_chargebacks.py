"""List chargebacks of subscriptions' bills to finance."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.principal import Principal
from contracts.paging import Page
from contracts.payments.subscription_views import BillChargebackView
from contracts.payments.subscriptions import ListBillChargebacks
from payments.domain.errors import FinanceOnly
from payments.usecases.ports import UnitsOfWork
from payments.usecases.subscriptions.views import bill_chargeback_view
from payments.usecases.views import is_finance


@dataclass(frozen=True, slots=True)
class ListBillChargebacksHandler:
    unit_of_work: UnitsOfWork

    def __call__(self, query: ListBillChargebacks, principal: Principal) -> Page[BillChargebackView]:
        """The latest first.

        Raises:
            FinanceOnly, InvalidCursor.
        """
        if not is_finance(principal):
            raise FinanceOnly
        with self.unit_of_work() as work:
            found, next_cursor = work.bill_chargebacks.page(query.cursor, query.limit)
        return Page(items=tuple(bill_chargeback_view(chargeback) for chargeback in found), next_cursor=next_cursor)
