"""List chargebacks to finance."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.principal import Principal
from contracts.money import Money, Price
from contracts.paging import Page
from contracts.payments.queries import ListChargebacks
from contracts.payments.views import ChargebackView
from payments.domain.chargeback import Chargeback
from payments.domain.errors import FinanceOnly
from payments.usecases.ports import UnitsOfWork
from payments.usecases.views import is_finance


@dataclass(frozen=True, slots=True)
class ListChargebacksHandler:
    unit_of_work: UnitsOfWork

    def __call__(self, query: ListChargebacks, principal: Principal) -> Page[ChargebackView]:
        """The latest first.

        Raises:
            FinanceOnly, InvalidCursor.
        """
        if not is_finance(principal):
            raise FinanceOnly
        with self.unit_of_work() as work:
            found, next_cursor = work.chargebacks.page(query.cursor, query.limit)
        return Page(items=tuple(chargeback_view(chargeback) for chargeback in found), next_cursor=next_cursor)


def chargeback_view(chargeback: Chargeback) -> ChargebackView:
    taken, currency = chargeback.taken, chargeback.currency
    return ChargebackView(
        id=chargeback.id,
        version=chargeback.version,
        escrow_id=chargeback.escrow_id,
        amount=Price(amount_minor=chargeback.amount, currency=currency),
        reason=chargeback.reason,
        status=chargeback.status,
        evidence_due_by=chargeback.evidence_due_by,
        from_payees=Money(amount_minor=sum(net for _, net in taken.payees), currency=currency),
        from_platform=Money(amount_minor=taken.platform, currency=currency),
        created_at=chargeback.created_at,
        updated_at=chargeback.updated_at,
    )
