"""Give back what a bill has cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal
from contracts.payments.subscription_views import BillView
from contracts.payments.subscriptions import RefundBill
from payments.domain.currencies import check_payable, step_of
from payments.domain.errors import CurrencyMismatch, FinanceOnly
from payments.domain.saga import SagaStatus
from payments.domain.subscriptions.errors import BillNotFound, BillRefundRefused
from payments.domain.subscriptions.orders import BillRefundOrder
from payments.usecases.ports import Calls, UnitOfWork, UnitsOfWork
from payments.usecases.sagas.runner import SagaRunner
from payments.usecases.subscriptions.access import acts_for
from payments.usecases.subscriptions.billing import Billing
from payments.usecases.subscriptions.recording import bill_of, subscription_of
from payments.usecases.subscriptions.views import bill_view
from payments.usecases.views import is_finance


@dataclass(frozen=True, slots=True)
class RefundBillHandler:
    unit_of_work: UnitsOfWork
    runner: SagaRunner
    calls: Calls
    new_id: Callable[[str], str]
    now: Callable[[], datetime]

    def __call__(self, command: RefundBill, principal: Principal) -> BillView:
        """All that is left of it, or an amount. While Stripe does not answer the bill shows `refunding`, and its saga goes on by itself.

        Raises:
            FinanceOnly: nor for who has paid it, or acts for its owner, even with the role.
            BillNotFound, BillNotPaid, BillBusy, AmountAbovePaid, CurrencyMismatch, AmountNotPayable.
            BillRefundRefused: by the processor; nothing was given back.
        """
        if not is_finance(principal):
            raise FinanceOnly
        saga_id = self._begin(command, principal)
        self.runner.drive(saga_id, self.calls.driver())
        with self.unit_of_work() as work:
            saga = work.sagas.get(saga_id)
            if saga is not None and saga.status is SagaStatus.FAILED:
                raise BillRefundRefused
            return work.answer(bill_view(bill_of(work, command.bill_id)))

    def _begin(self, command: RefundBill, principal: Principal) -> str:
        with self.unit_of_work() as work:
            bill = work.bills.get(command.bill_id)
            if bill is None:
                raise BillNotFound
            if principal.user_id == bill.payer_id or acts_for(work, subscription_of(work, bill.subscription_id).owner_id, principal):
                raise FinanceOnly
            if (known := self._own(work, bill.id)) is not None:
                return known
            if command.amount is not None:
                if command.amount.currency != bill.currency:
                    raise CurrencyMismatch(bill.currency)
                check_payable(command.amount.amount_minor, step_of(bill.currency))
            billing = Billing(work, self.new_id, self.now(), self.calls.key(), self.calls.driver())
            begun = work.bills.save(billing.refund(bill, command.amount.amount_minor if command.amount else None, command.reason))
            work.act("bills.refunded", bill.id, command.reason, principal)
            return begun.refund_saga_id or ""

    def _own(self, work: UnitOfWork, bill_id: str) -> str | None:
        """The saga that an earlier attempt at this very call began."""
        for saga in work.sagas.started_by(self.calls.key()):
            if isinstance(saga.order, BillRefundOrder) and saga.order.bill_id == bill_id:
                return saga.id
        return None
