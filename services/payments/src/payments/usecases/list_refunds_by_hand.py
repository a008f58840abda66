"""List to finance what payers are owed and the processor does not send."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.principal import Principal
from contracts.money import Money
from contracts.paging import Page
from contracts.payments.refunds import ListRefundsByHand, RefundByHandView
from payments.domain.errors import FinanceOnly
from payments.domain.escrow import Escrow
from payments.domain.saga import RefundOrder, Saga
from payments.usecases.ports import UnitsOfWork
from payments.usecases.sagas.recording import escrow_of
from payments.usecases.views import is_finance


@dataclass(frozen=True, slots=True)
class ListRefundsByHandHandler:
    unit_of_work: UnitsOfWork

    def __call__(self, query: ListRefundsByHand, principal: Principal) -> Page[RefundByHandView]:
        """The longest owed first. One that the processor is asked for once more at this moment is missing.

        Raises:
            FinanceOnly, InvalidCursor.
        """
        if not is_finance(principal):
            raise FinanceOnly
        with self.unit_of_work() as work:
            found, next_cursor = work.sagas.left_to_people(query.cursor, query.limit)
            orders = ((saga, saga.order) for saga in found if isinstance(saga.order, RefundOrder))
            items = tuple(_view(saga, order, escrow_of(work, order.escrow_id)) for saga, order in orders)
        return Page(items=items, next_cursor=next_cursor)


def _view(saga: Saga, order: RefundOrder, escrow: Escrow) -> RefundByHandView:
    """What of it the payer has from the bank by now is not owed any more."""
    by_bank = sum(hand.by_bank for step in escrow.milestones for hand in step.hands if hand.saga_id == saga.id)
    return RefundByHandView(
        saga_id=saga.id,
        escrow_id=escrow.id,
        milestone_id=order.milestone_id,
        payer_id=escrow.payer_id,
        amount=Money(amount_minor=order.amount - by_bank, currency=order.currency),
        charge_id=order.charge_id,
        reason=order.reason,
        code=saga.failure_code,
        since=saga.created_at,
    )
