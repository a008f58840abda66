"""List subscriptions to finance."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.principal import Principal
from contracts.paging import Page
from contracts.payments.subscription_views import SubscriptionView
from contracts.payments.subscriptions import ListAllSubscriptions
from payments.domain.errors import FinanceOnly
from payments.usecases.ports import UnitsOfWork
from payments.usecases.subscriptions.views import subscription_view
from payments.usecases.views import is_finance


@dataclass(frozen=True, slots=True)
class ListAllSubscriptionsHandler:
    unit_of_work: UnitsOfWork

    def __call__(self, query: ListAllSubscriptions, principal: Principal) -> Page[SubscriptionView]:
        """The latest first.

        Raises:
            FinanceOnly, InvalidCursor.
        """
        if not is_finance(principal):
            raise FinanceOnly
        with self.unit_of_work() as work:
            found, next_cursor = work.subscriptions.page(query.status, query.cursor, query.limit)
        return Page(items=tuple(subscription_view(one, principal) for one in found), next_cursor=next_cursor)
