"""What a chargeback means for a subscription: what the bank took is booked, and booked back when won; when lost the subscription ends.

The steps are those of every chargeback (`chargeback.py`): each of these journals is one transaction with the step it belongs to.
"""

from __future__ import annotations

from datetime import datetime

from contracts.payments.subscription_views import BillStatus, EndReason
from contracts.payments.views import ChargebackStatus
from payments.domain.chargeback import OPEN
from payments.domain.documents.due import Due
from payments.domain.subscriptions import entries
from payments.domain.subscriptions.bill import Bill
from payments.domain.subscriptions.bill_chargeback import BillChargeback
from payments.domain.subscriptions.errors import BillNotPaid
from payments.usecases.bookkeeping import post
from payments.usecases.chargeback_ports import Dispute
from payments.usecases.ports import UnitOfWork
from payments.usecases.subscriptions import facts
from payments.usecases.subscriptions.ending import end
from payments.usecases.subscriptions.recording import bill_of, subscription_of


def follow_bill(work: UnitOfWork, dispute: Dispute, bill_id: str, at: datetime) -> None:
    """Book what is new about this dispute.

    Raises:
        BillNotPaid: the charge that it is about is not recorded yet.
    """
    bill = bill_of(work, bill_id)
    if bill.status is not BillStatus.PAID:
        raise BillNotPaid
    known = work.bill_chargebacks.get(dispute.id)
    chargeback = known or _new(dispute, bill, at)
    if dispute.withdrawn and not chargeback.taken:
        chargeback = chargeback.took()
        bill = _take(work, bill, chargeback, at)
    chargeback = chargeback.become(dispute.status, at)
    if dispute.status not in OPEN and chargeback.taken:
        _decide(work, bill, chargeback, won=dispute.status is ChargebackStatus.WON, at=at)
    if known is None:
        work.bill_chargebacks.add(chargeback)
    elif chargeback != known:
        work.bill_chargebacks.save(chargeback)


def _take(work: UnitOfWork, bill: Bill, chargeback: BillChargeback, at: datetime) -> Bill:
    after = work.bills.save(bill.charge_back(chargeback.amount))
    post(work, bill.subscription_id, f"chargeback:{chargeback.id}", entries.charged_back(bill, after), at)
    work.emit(facts.chargeback_opened(subscription_of(work, bill.subscription_id), chargeback))
    return after


def _decide(work: UnitOfWork, bill: Bill, chargeback: BillChargeback, *, won: bool, at: datetime) -> None:
    subscription = subscription_of(work, bill.subscription_id)
    work.emit(facts.chargeback_closed(subscription, chargeback, won=won))
    if won:
        after = work.bills.save(bill.win_back(chargeback.amount))
        post(work, bill.subscription_id, f"chargeback_won:{chargeback.id}", entries.won_back(bill, after), at)
        return
    work.bills.save(bill.lose())
    work.due.add(Due.now(f"chargeback_lost:{chargeback.id}", bill.subscription_id, at))  # nothing moves any more; its invoice is credited
    if not subscription.over:
        end(work, subscription, subscription.end(EndReason.PAYMENT_FAILED, at))


def _new(dispute: Dispute, bill: Bill, at: datetime) -> BillChargeback:
    return BillChargeback(
        id=dispute.id,
        version=1,
        subscription_id=bill.subscription_id,
        bill_id=bill.id,
        amount=dispute.amount,
        currency=dispute.currency,
        reason=dispute.reason,
        status=dispute.status,
        evidence_due_by=dispute.evidence_due_by,
        created_at=at,
        updated_at=at,
    )
