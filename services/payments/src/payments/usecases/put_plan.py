"""Make or change a plan."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.principal import Principal
from contracts.payments.subscription_views import PlanView
from contracts.payments.subscriptions import PutPlan
from payments.domain.errors import FinanceOnly
from payments.domain.subscriptions.errors import TooManyPlans
from payments.domain.subscriptions.plan import Terms, new_plan
from payments.usecases.ports import UnitsOfWork
from payments.usecases.subscriptions.views import plan_view
from payments.usecases.views import is_finance

AT_MOST = 100  # offered ones fit on a page


@dataclass(frozen=True, slots=True)
class PutPlanHandler:
    unit_of_work: UnitsOfWork

    def __call__(self, command: PutPlan, principal: Principal) -> PlanView:
        """What is agreed on with those who have subscribed stays as it is, until they change plans.

        Raises:
            FinanceOnly, PlanIsFixed, PlanPriceTooLow, AmountNotPayable, TooManyPlans.
        """
        if not is_finance(principal):
            raise FinanceOnly
        terms = Terms(
            plan_id=command.plan_id,
            name=command.name,
            audience=command.audience,
            interval=command.interval,
            price=command.price.amount_minor,
            currency=command.price.currency,
            rank=command.rank,
            entitlements=tuple(sorted(set(command.entitlements))),
        )
        with self.unit_of_work() as work:
            known = work.plans.get(command.plan_id)
            plan = new_plan(terms, trial_days=command.trial_days, offered=command.offered)
            plan = known.changed_to(plan) if known else plan
            if plan.offered and not (known and known.offered) and len(work.plans.offered()) >= AT_MOST:
                raise TooManyPlans
            work.act("plans.changed" if known else "plans.made", plan.id, None, principal)
            return work.answer(plan_view(work.plans.put(plan)))
