"""Tell what an owner is entitled to."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.principal import Principal
from contracts.payments.subscription_views import EntitlementsView
from contracts.payments.subscriptions import GetEntitlements
from payments.usecases.ports import UnitsOfWork
from payments.usecases.subscriptions.access import acting_for
from payments.usecases.subscriptions.views import entitlements_view


@dataclass(frozen=True, slots=True)
class GetEntitlementsHandler:
    unit_of_work: UnitsOfWork

    def __call__(self, query: GetEntitlements, principal: Principal) -> EntitlementsView:
        """Raises:
        OwnerNotFound.
        """
        with self.unit_of_work() as work:
            return entitlements_view(work.subscribers.get(acting_for(work, query.owner_id, principal)))
