"""List an owner's subscriptions."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.principal import Principal
from contracts.paging import Page
from contracts.payments.subscription_views import SubscriptionView
from contracts.payments.subscriptions import ListSubscriptions
from payments.usecases.ports import UnitsOfWork
from payments.usecases.subscriptions.access import acting_for
from payments.usecases.subscriptions.views import subscription_view


@dataclass(frozen=True, slots=True)
class ListSubscriptionsHandler:
    unit_of_work: UnitsOfWork

    def __call__(self, query: ListSubscriptions, principal: Principal) -> Page[SubscriptionView]:
        """Live and past ones, the latest first.

        Raises:
            OwnerNotFound, InvalidCursor.
        """
        with self.unit_of_work() as work:
            owner_id = acting_for(work, query.owner_id, principal)
            found, next_cursor = work.subscriptions.page_of(owner_id, query.cursor, query.limit)
        return Page(items=tuple(subscription_view(one, principal) for one in found), next_cursor=next_cursor)
