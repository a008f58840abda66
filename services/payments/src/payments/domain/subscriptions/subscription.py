"""One subscription: what each transition does to its plan, its period and what it entitles to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from contracts.payments.subscription_views import BillKind, EndReason
from contracts.payments.subscription_views import SubscriptionStatus as Status
from payments.domain.errors import InvariantBroken
from payments.domain.payer_action import PayerAction
from payments.domain.subscriptions.bill import Bill
from payments.domain.subscriptions.errors import (
    NotCancelled,
    NothingDue,
    NotPaid,
    PaymentUnderWay,
    PlanUnchanged,
    SubscriptionOver,
    WillBeCancelled,
)
from payments.domain.subscriptions.periods import period_end
from payments.domain.subscriptions.plan import Terms, Upgrade, upgrade
from payments.domain.subscriptions.transitions import OVER, PAID_FOR, TRANSITIONS, Action, Turn

# After a failed renewal it is tried again on the first, third, fifth and seventh day: so long after each failure.
RETRIES = (timedelta(days=1), timedelta(days=2), timedelta(days=2), timedelta(days=2))
UNPAID_FOR = timedelta(days=30)  # an unpaid subscription waits so long for somebody to pay
NOTICE = timedelta(days=3)  # before a trial ends
# What others may believe without hearing more: a renewal may take its days (bank debits, retries), an end is told at once.
SLACK = timedelta(days=8)


@dataclass(frozen=True, slots=True)
class Entitlement:
    """`until`: where nothing more is heard it is over then."""

    names: tuple[str, ...] = ()
    until: datetime | None = None

    def includes(self, name: str, at: datetime) -> bool:
        return name in self.names and (self.until is None or at < self.until)


NOTHING = Entitlement()


@dataclass(frozen=True, slots=True)
class Subscription:
    """`bill_id` is the open bill, `saga_id` the charge of it that is under way: there is never a second.

    `anchor_day` is the day of the month on which periods begin. `next_at`: past due, when it is tried again; unpaid, when it is
    given up. `notice_at`: when the owner is told that the trial ends.
    """

    id: str
    version: int
    owner_id: str
    payer_id: str
    payment_method: str
    terms: Terms
    status: Status
    anchor_day: int
    period_start: datetime
    period_end: datetime
    created_at: datetime
    next_terms: Terms | None = None
    cancel_at_period_end: bool = False
    bill_id: str | None = None
    saga_id: str | None = None
    failures: int = 0
    next_at: datetime | None = None
    notice_at: datetime | None = None
    action: PayerAction | None = None
    ended_at: datetime | None = None
    end_reason: EndReason | None = None

    @property
    def over(self) -> bool:
        return self.status in OVER

    @property
    def charging(self) -> bool:
        return self.saga_id is not None

    @property
    def due_at(self) -> datetime | None:
        """When the clock has something to do here; None while a charge is under way: its saga goes on by itself."""
        if self.charging:
            return None
        if self.status in PAID_FOR:
            return self.notice_at or self.period_end
        return self.next_at

    def turn(self, at: datetime) -> Turn | None:
        """What is due."""
        if self.due_at is None or self.due_at > at:
            return None
        if self.notice_at is not None and self.status is Status.TRIALING and self.period_end > at:
            return Turn.NOTICE
        if self.status is Status.UNPAID or (self.status in PAID_FOR and self.cancel_at_period_end):
            return Turn.END
        return Turn.CHARGE

    @property
    def entitlement(self) -> Entitlement:
        """What it entitles to in its present state."""
        if self.status in PAID_FOR:
            until = self.period_end if self.cancel_at_period_end else self.period_end + SLACK
            return Entitlement(self.terms.entitlements, until)
        if self.status is Status.PAST_DUE:
            return Entitlement(self.terms.entitlements, (self.next_at or self.period_end) + SLACK)
        return NOTHING

    # charges

    @property
    def renewal_terms(self) -> Terms:
        return self.next_terms or self.terms

    def renewal_end(self) -> datetime:
        """Of the period that follows this one."""
        return period_end(self.period_end, self.renewal_terms.interval, self.anchor_day)

    def upgrade_to(self, terms: Terms, at: datetime) -> Upgrade | None:
        """What going over to these terms costs now; None: it waits for the period's end."""
        return upgrade(self.terms, terms, self.period_start, self.period_end, at) if self.status is Status.ACTIVE else None

    def begin_charge(self, bill_id: str, saga_id: str) -> Subscription:
        """Raises:
        PaymentUnderWay, SubscriptionOver.
        """
        self._must_be_free()
        return replace(self, bill_id=bill_id, saga_id=saga_id)

    def require_action(self, saga_id: str, action: PayerAction) -> Subscription:
        return replace(self, action=action) if self.saga_id == saga_id else self

    def paid(self, bill: Bill) -> Subscription:
        """The charge under way succeeded."""
        self._charges(bill)
        ended = self._free(bill_id=None)
        if bill.kind is BillKind.UPGRADE:
            whole = bill.period_end != self.period_end
            return replace(
                ended,
                status=self._after(Action.UPGRADE),
                terms=bill.terms,
                next_terms=None,
                anchor_day=bill.period_start.day if whole else self.anchor_day,
                period_start=bill.period_start if whole else self.period_start,
                period_end=bill.period_end,
            )
        return replace(
            ended,
            status=self._after(Action.PAY),
            terms=bill.terms,
            next_terms=None,
            anchor_day=bill.period_start.day if bill.kind is BillKind.RESUMPTION else self.anchor_day,
            period_start=bill.period_start,
            period_end=bill.period_end,
            failures=0,
            next_at=None,
            notice_at=None,
        )

    def failed(self, bill: Bill, at: datetime, *, by_itself: bool) -> Subscription:
        """The charge under way failed. One that somebody asked for takes nothing from the tries that come by themselves."""
        self._charges(bill)
        if bill.kind is BillKind.FIRST:
            return replace(self._free(bill_id=None), status=self._after(Action.FAIL), ended_at=at, end_reason=EndReason.PAYMENT_FAILED)
        if bill.kind is BillKind.UPGRADE:
            return self._free(bill_id=None)
        if bill.kind is BillKind.RESUMPTION:
            return replace(self._free(bill_id=None), status=self._after(Action.FAIL))
        if self.cancel_at_period_end:  # it would not have been charged, had that been asked for a moment earlier
            return self.end(EndReason.REQUESTED, at)
        if not by_itself:
            return replace(self._free(bill_id=bill.id), status=self._after(Action.FAIL))
        if self.failures == len(RETRIES):
            return replace(self._free(bill_id=None), status=self._after(Action.EXHAUST), next_at=at + UNPAID_FOR)
        return replace(
            self._free(bill_id=bill.id),
            status=self._after(Action.FAIL),
            failures=self.failures + 1,
            next_at=at + RETRIES[self.failures],
            notice_at=None,
        )

    # what people ask for

    def cancel(self, at: datetime) -> Subscription:
        """To the end of what is paid for; at once where nothing is.

        Raises:
            SubscriptionOver.
        """
        if self.over:
            raise SubscriptionOver
        if self.status in PAID_FOR:
            return replace(self, cancel_at_period_end=True)
        return self.end(EndReason.REQUESTED, at)

    def undo_cancellation(self) -> Subscription:
        """Raises:
        SubscriptionOver, NotCancelled.
        """
        if self.over:
            raise SubscriptionOver
        if not self.cancel_at_period_end:
            raise NotCancelled
        return replace(self, cancel_at_period_end=False)

    def end(self, reason: EndReason, at: datetime) -> Subscription:
        """Now. A charge that is under way is no longer this subscription's: what it brings goes back.

        Raises:
            SubscriptionOver.
        """
        if self.over:
            raise SubscriptionOver
        return replace(
            self._free(bill_id=None), status=self._after(Action.END), next_at=None, notice_at=None, ended_at=at, end_reason=reason
        )

    def check_change(self, terms: Terms) -> None:
        """Raises:
        SubscriptionOver, PaymentUnderWay, WillBeCancelled.
        NotPaid: a payment is due first.
        PlanUnchanged: there is nothing to change, nor a change to take back.
        """
        self._must_be_free()
        if self.status not in PAID_FOR:
            raise NotPaid
        if self.cancel_at_period_end:
            raise WillBeCancelled
        if terms.plan_id == self.renewal_terms.plan_id:
            raise PlanUnchanged

    def switch(self, terms: Terms) -> Subscription:
        """During a trial: nothing is paid for, so it is the plan from now on."""
        return replace(self, status=self._after(Action.SWITCH), terms=terms, next_terms=None)

    def switch_later(self, terms: Terms) -> Subscription:
        """With the next period; the plan it has takes back a change that waits."""
        return replace(self, next_terms=None if terms.plan_id == self.terms.plan_id else terms)

    def check_resumption(self) -> None:
        """Raises:
        SubscriptionOver, PaymentUnderWay, NothingDue.
        """
        self._must_be_free()
        if self.status not in (Status.PAST_DUE, Status.UNPAID):
            raise NothingDue

    def pay_with(self, payer_id: str, payment_method: str) -> Subscription:
        """Raises:
        SubscriptionOver.
        """
        if self.over:
            raise SubscriptionOver
        return replace(self, payer_id=payer_id, payment_method=payment_method)

    def noticed(self) -> Subscription:
        return replace(self, notice_at=None)

    def _free(self, *, bill_id: str | None) -> Subscription:
        return replace(self, bill_id=bill_id, saga_id=None, action=None)

    def _must_be_free(self) -> None:
        if self.over:
            raise SubscriptionOver
        if self.charging:
            raise PaymentUnderWay

    def _charges(self, bill: Bill) -> None:
        if self.bill_id != bill.id or self.saga_id is None:
            raise InvariantBroken(f"subscription {self.id} does not charge {bill.id}")

    def _after(self, action: Action) -> Status:
        try:
            return TRANSITIONS[self.status, action]
        except KeyError:
            raise InvariantBroken(f"subscription {self.id} is {self.status}: no {action}") from None
