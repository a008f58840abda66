"""List what a subscription has cost."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.principal import Principal
from contracts.paging import Page
from contracts.payments.subscription_views import BillView
from contracts.payments.subscriptions import ListBills
from payments.usecases.ports import UnitsOfWork
from payments.usecases.subscriptions.access import visible_subscription
from payments.usecases.subscriptions.views import bill_view


@dataclass(frozen=True, slots=True)
class ListBillsHandler:
    unit_of_work: UnitsOfWork

    def __call__(self, query: ListBills, principal: Principal) -> Page[BillView]:
        """The latest first.

        Raises:
            SubscriptionNotFound, InvalidCursor.
        """
        with self.unit_of_work() as work:
            subscription = visible_subscription(work, query.subscription_id, principal)
            found, next_cursor = work.bills.page_of(subscription.id, query.cursor, query.limit)
        return Page(items=tuple(bill_view(bill) for bill in found), next_cursor=next_cursor)
