"""Subscribe to a plan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal
from contracts.payments.subscription_views import PlanAudience, SubscriptionView
from contracts.payments.subscriptions import StartSubscription
from payments.domain.errors import EmailNotVerified
from payments.domain.subscriptions.errors import PlanNotForThisOwner, PlanNotFound, SubscriptionsClosed
from payments.domain.subscriptions.plan import Plan
from payments.domain.subscriptions.starting import begun
from payments.usecases.ports import UnitOfWork
from payments.usecases.subscriptions import facts
from payments.usecases.subscriptions.access import acting_for, check_saved
from payments.usecases.subscriptions.billing import Billing
from payments.usecases.subscriptions.driving import ChargeDriver
from payments.usecases.subscriptions.recording import agree
from payments.usecases.subscriptions.views import subscription_view
from payments.usecases.wallet_ports import Wallets

AUDIENCES = {"user": PlanAudience.EXPERT, "organisation": PlanAudience.ORGANISATION}


@dataclass(frozen=True, slots=True)
class StartSubscriptionHandler:
    charges: ChargeDriver
    wallets: Wallets
    open_for: Callable[[Principal], bool]
    new_id: Callable[[str], str]
    now: Callable[[], datetime]

    def __call__(self, command: StartSubscription, principal: Principal) -> SubscriptionView:
        """With the plan's trial, where the owner has had none; else the first period is charged now, and the answer waits for that.

        An owner has one live subscription: of two requests at once one is refused, unless they are one (the same key).

        Raises:
            OwnerNotFound, EmailNotVerified, PlanNotFound, PlanNotForThisOwner, AlreadySubscribed, ProviderUnavailable.
            SubscriptionsClosed: they are switched off, for all or for the caller.
            PaymentMethodRefused: it is not one that the caller has saved.
            PaymentDeclined: with the processor's decline code; nothing has begun, another payment method may be tried.
        """
        if not principal.email_verified:
            raise EmailNotVerified
        with self.charges.unit_of_work() as work:
            known = self.charges.begun_before(work)
            if known is None:
                if not self.open_for(principal):
                    raise SubscriptionsClosed
                self._check(work, command, principal)
        if known is not None:
            return self.charges.answer(*known, principal)
        check_saved(self.charges.unit_of_work, self.wallets, principal, command.payment_method)
        with self.charges.unit_of_work() as work:
            owner_id, plan = self._check(work, command, principal)
            at, calls = self.now(), self.charges.calls
            subscriber = work.subscribers.get(owner_id)
            trial = plan.trial_days > 0 and not subscriber.trial_used
            fresh = begun(self.new_id("subscription"), owner_id, principal.user_id, command.payment_method, plan, at, trial=trial)
            work.subscribers.put(subscriber.subscribe(fresh, trial=trial))
            if trial:
                work.subscriptions.add(fresh)
                agree(work, fresh)
                work.emit(facts.started(fresh, trial_until=fresh.period_end))
                return work.answer(subscription_view(fresh, principal))
            charging = Billing(work, self.new_id, at, calls.key(), calls.driver()).first(fresh)
            work.subscriptions.add(charging)
        return self.charges.answer(charging.saga_id or "", charging.id, principal)

    def _check(self, work: UnitOfWork, command: StartSubscription, principal: Principal) -> tuple[str, Plan]:
        owner_id = acting_for(work, command.owner_id, principal)
        plan = work.plans.get(command.plan_id)
        if plan is None:
            raise PlanNotFound
        if not plan.offered or plan.terms.audience is not AUDIENCES[owner_id.partition("_")[0]]:
            raise PlanNotForThisOwner
        return owner_id, plan
