"""How a command waits for the charge that it began, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.principal import Principal
from contracts.payments.subscription_views import SubscriptionView
from payments.domain.errors import PaymentDeclined
from payments.domain.saga import SagaStatus, Step
from payments.domain.subscriptions.orders import BillOrder
from payments.usecases.ports import Calls, Patience, UnitOfWork, UnitsOfWork
from payments.usecases.sagas.runner import SagaRunner
from payments.usecases.subscriptions.access import visible_subscription
from payments.usecases.subscriptions.views import subscription_view


@dataclass(frozen=True, slots=True)
class ChargeDriver:
    unit_of_work: UnitsOfWork
    runner: SagaRunner
    calls: Calls
    patience: Patience

    def begun_before(self, work: UnitOfWork) -> tuple[str, str] | None:
        """The saga that an earlier attempt at this very call began, and its subscription."""
        for saga in work.sagas.started_by(self.calls.key()):
            if isinstance(saga.order, BillOrder):
                return saga.id, saga.order.subscription_id
        return None

    def answer(self, saga_id: str, subscription_id: str, principal: Principal) -> SubscriptionView:
        """Drive the charge, wait for it as long as the caller does, and show the subscription as it is then.

        Raises:
            PaymentDeclined.
        """
        self.runner.drive(saga_id, self.calls.driver())
        self.patience.until(lambda: self._is_decided(saga_id))
        with self.unit_of_work() as work:
            saga = work.sagas.get(saga_id)
            if saga is not None and saga.status is SagaStatus.FAILED:
                raise PaymentDeclined(saga.failure_code or "payment_failed")
            return work.answer(subscription_view(visible_subscription(work, subscription_id, principal), principal))

    def _is_decided(self, saga_id: str) -> bool:
        """The outcome is known, or it waits for the payer or the bank."""
        with self.unit_of_work() as work:
            saga = work.sagas.get(saga_id)
            return saga is None or not saga.running or saga.step is Step.AWAIT_INTENT
