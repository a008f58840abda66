"""List what can be subscribed to."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.paging import Page
from contracts.payments.subscription_views import PlanView
from contracts.payments.subscriptions import ListPlans
from payments.usecases.ports import UnitsOfWork
from payments.usecases.subscriptions.views import plan_view


@dataclass(frozen=True, slots=True)
class ListPlansHandler:
    unit_of_work: UnitsOfWork

    def __call__(self, query: ListPlans) -> Page[PlanView]:
        """The offered plans, by audience and rank, the shorter interval first."""
        with self.unit_of_work() as work:
            offered = work.plans.offered()
        shown = (plan for plan in offered if query.audience is None or plan.terms.audience is query.audience)
        in_order = sorted(shown, key=lambda plan: (plan.terms.audience, plan.terms.rank, plan.terms.interval, plan.id))
        return Page(items=tuple(plan_view(plan) for plan in in_order))
