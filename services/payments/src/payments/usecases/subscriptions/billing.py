"""How a charge begins: the bill, the subscription that waits for it and the saga, in one transaction; and how money goes back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from contracts.payments.subscription_views import BillKind
from payments.domain.saga import Saga
from payments.domain.subscriptions.bill import Bill
from payments.domain.subscriptions.orders import BillOrder, BillRefundOrder
from payments.domain.subscriptions.periods import period_end
from payments.domain.subscriptions.plan import Terms, Upgrade
from payments.domain.subscriptions.subscription import Subscription
from payments.usecases.ports import UnitOfWork
from payments.usecases.subscriptions.recording import bill_of


@dataclass(frozen=True, slots=True)
class Billing:
    """Begins sagas in one unit of work; the caller keeps the subscription. Without a call nobody is there: the timer takes them up,
    and a bank that wants to hear from the payer declines.
    """

    work: UnitOfWork
    new_id: Callable[[str], str]
    at: datetime
    call_key: str | None = None
    driver: str | None = None

    def first(self, subscription: Subscription) -> Subscription:
        """For the period that it begins with."""
        terms, since, until = subscription.terms, subscription.period_start, subscription.period_end
        return self._charge(subscription, self._bill(subscription, BillKind.FIRST, terms, terms.price, since, until))

    def renewal(self, subscription: Subscription) -> Subscription:
        """For the period that follows, or, where that was tried before, the same bill again: it is for who pays it, who may be another by
        now.
        """
        if subscription.bill_id is not None:
            bill = bill_of(self.work, subscription.bill_id)
            if bill.payer_id != subscription.payer_id:
                bill = self.work.bills.save(replace(bill, payer_id=subscription.payer_id))
            return self._charge(subscription, bill)
        terms, since, until = subscription.renewal_terms, subscription.period_end, subscription.renewal_end()
        return self._charge(subscription, self._bill(subscription, BillKind.RENEWAL, terms, terms.price, since, until))

    def upgrade(self, subscription: Subscription, terms: Terms, upgrade: Upgrade) -> Subscription:
        """For the rest of the period, or for a longer one from now on."""
        bill = self._bill(subscription, BillKind.UPGRADE, terms, upgrade.charge, upgrade.since, upgrade.until)
        return self._charge(subscription, bill)

    def resumption(self, subscription: Subscription) -> Subscription:
        """For a period from now on, after a time that nobody paid for."""
        terms = subscription.renewal_terms
        until = period_end(self.at, terms.interval, self.at.day)
        return self._charge(subscription, self._bill(subscription, BillKind.RESUMPTION, terms, terms.price, self.at, until))

    def refund(self, bill: Bill, amount: int | None, reason: str, *, owed: bool = False) -> Bill:
        """Send some of it, or all that is left, on its way back; the caller saves the bill.

        Raises:
            BillNotPaid, BillBusy, AmountAbovePaid.
        """
        saga_id = self.new_id("saga")
        begun = bill.begin_refund(saga_id, amount)
        charge_id = begun.charge.charge_id if begun.charge else ""
        self._begin(saga_id, BillRefundOrder(bill.id, begun.refunding, bill.currency, charge_id, reason, owed))
        return begun

    def _bill(self, subscription: Subscription, kind: BillKind, terms: Terms, amount: int, since: datetime, until: datetime) -> Bill:
        bill = Bill(
            id=self.new_id("bill"),
            version=1,
            subscription_id=subscription.id,
            payer_id=subscription.payer_id,
            kind=kind,
            terms=terms,
            amount=amount,
            period_start=since,
            period_end=until,
            created_at=self.at,
        )
        self.work.bills.add(bill)
        return bill

    def _charge(self, subscription: Subscription, bill: Bill) -> Subscription:
        saga_id = self.new_id("saga")
        charging = subscription.begin_charge(bill.id, saga_id)
        order = BillOrder(
            bill_id=bill.id,
            subscription_id=subscription.id,
            amount=bill.amount,
            currency=bill.currency,
            payment_method=subscription.payment_method,
            customer_id=self.work.customers.get(subscription.payer_id),
            by_itself=self.driver is None,
        )
        self._begin(saga_id, order)
        return charging

    def _begin(self, saga_id: str, order: BillOrder | BillRefundOrder) -> None:
        self.work.sagas.add(Saga.begin(saga_id, order, call_key=self.call_key or saga_id, driver=self.driver, at=self.at))
