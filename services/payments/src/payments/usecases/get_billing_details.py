"""Show what one's documents say of oneself."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.principal import Principal
from contracts.payments.document_views import BillingDetailsView
from payments.usecases.ports import UnitsOfWork
from payments.usecases.set_billing_details import billing_view


@dataclass(frozen=True, slots=True)
class GetBillingDetailsHandler:
    unit_of_work: UnitsOfWork

    def __call__(self, principal: Principal) -> BillingDetailsView:
        """The caller's own; empty while nothing was given."""
        with self.unit_of_work() as work:
            return billing_view(work.billing.get(principal.user_id))
