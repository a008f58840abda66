"""Sagas: a movement of money that takes several steps, remembered before each, so that it can go on after any crash."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from payments.domain.errors import InvariantBroken
from payments.domain.fees import part_of
from payments.domain.saga_steps import DATED, NEXT_STEPS, ONE_ERRAND, TO_BE_ASKED_ANEW, UNHURRIED, WAITING, Step
from payments.domain.subscriptions.orders import BillOrder, BillRefundOrder

__all__ = [
    "DATED",
    "NEXT_STEPS",
    "WAITING",
    "BillOrder",
    "BillRefundOrder",
    "ChargebackOrder",
    "FundOrder",
    "Order",
    "PayoutOrder",
    "RefundOrder",
    "ReleaseOrder",
    "ReversalOrder",
    "Saga",
    "SagaStatus",
    "SettleOrder",
    "Step",
]

LEASE = timedelta(seconds=20)  # how long whoever drives a saga has it for itself; renewed with every step
FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(minutes=10)
LONGEST_WAIT = timedelta(hours=1)  # for what people do in their own time (`UNHURRIED`)
# Nobody waits for longer than that: what is due later still was written by a clock that has been set back since.
OUT_OF_REACH = LONGEST_PAUSE + LEASE
FURTHER_OUT_OF_REACH = LONGEST_WAIT + LEASE
BY_HAND_FOR = timedelta(days=1)  # then the processor is asked again
STUCK_AFTER = 8  # attempts at one step, some ten minutes apart by then
ACTION_WINDOW = timedelta(hours=1)  # a payer has this long to satisfy the bank


class SagaStatus(StrEnum):
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"  # and compensated: what it had set aside is given back


@dataclass(frozen=True, slots=True)
class FundOrder:
    """Charge the challenger for these milestones, less what the platform pays: for a coupon, or for credit of `credit_of`."""

    escrow_id: str
    amount: int
    currency: str
    payment_method: str
    customer_id: str | None = None  # whose saved payment methods may pay
    sponsored: int = 0
    coupon_id: str | None = None
    credit_of: str | None = None


@dataclass(frozen=True, slots=True)
class ReleaseOrder:
    """Send the net of one milestone, or a part of it, to the solver."""

    escrow_id: str
    milestone_id: str
    payee_id: str
    gross: int
    fee: int
    currency: str
    charge_id: str
    sponsored: int = 0  # what of the gross the platform paid
    from_balance: bool = False  # the charge was sent on before: out of the platform's balance, where the money came back to


@dataclass(frozen=True, slots=True)
class RefundOrder:
    """Send one milestone's money, or a part of it, back to the challenger."""

    escrow_id: str
    milestone_id: str
    amount: int
    currency: str
    charge_id: str
    reason: str
    taken_back: bool = False  # it had been released before
    sponsored: int = 0  # comes on top of `amount`, and goes back to the platform
    credit_of: str | None = None  # or rather to this person's credit

    def part(self, amount: int, step: int) -> RefundOrder:
        """So much of it, with its part of what the platform paid: rounded up, as whatever goes back."""
        sponsored = part_of(amount, self.sponsored, self.amount, step, up=True) if self.sponsored else 0
        return replace(self, amount=amount, sponsored=sponsored)

    def less(self, part: RefundOrder) -> RefundOrder:
        return replace(self, amount=self.amount - part.amount, sponsored=self.sponsored - part.sponsored)


@dataclass(frozen=True, slots=True)
class ReversalOrder:
    """Get the net of a part of a release back from the account it was sent to."""

    escrow_id: str
    release_id: str
    payee_id: str
    gross: int
    fee: int
    currency: str
    transfer_id: str


@dataclass(frozen=True, slots=True)
class PayoutOrder:
    """Send a solver's money to the bank."""

    payout_id: str
    user_id: str
    amount: int
    currency: str


@dataclass(frozen=True, slots=True)
class SettleOrder:
    """Let what was earned be paid out, once the processor has settled it."""

    release_id: str
    user_id: str
    amount: int
    currency: str


@dataclass(frozen=True, slots=True)
class ChargebackOrder:
    """Follow a dispute at the processor to its end."""

    dispute_id: str


Order = FundOrder | ReleaseOrder | ReversalOrder | RefundOrder | PayoutOrder | SettleOrder | ChargebackOrder | BillOrder | BillRefundOrder

# Where each kind begins.
FIRST_STEPS: dict[type[Order], Step] = {
    FundOrder: Step.CREATE_INTENT,
    ReleaseOrder: Step.ENSURE_ACCOUNT,
    ReversalOrder: Step.REVERSE,
    RefundOrder: Step.REFUND,
    PayoutOrder: Step.ENSURE_ACCOUNT,
    SettleOrder: Step.SETTLE,
    ChargebackOrder: Step.READ_DISPUTE,
    BillOrder: Step.CREATE_INTENT,
    BillRefundOrder: Step.REFUND,
}


@dataclass(frozen=True, slots=True)
class Saga:
    """A money movement under way.

    `call_key` names the request that began it, so that the same request asked again finds it. `round` counts definite
    refusals: an idempotency key is made of saga, step and round, because Stripe repeats a refusal to the same key.
    `driver` holds the saga until `due_at`; without a driver `due_at` is when it is to be looked at next.
    `reference` is Stripe's id of what the saga made: a PaymentIntent, transfer, refund or payout.
    """

    id: str
    version: int
    order: Order
    status: SagaStatus
    step: Step
    call_key: str
    driver: str | None
    due_at: datetime
    created_at: datetime
    round: int = 0
    attempts: int = 0
    reference: str | None = None
    failure_code: str | None = None
    last_error: str | None = None

    @classmethod
    def begin(cls, id: str, order: Order, *, call_key: str, driver: str | None, at: datetime, not_before: datetime | None = None) -> Saga:
        """A new saga: in the hands of `driver`, or, where there is none, due at once or at `not_before`."""
        due_at = at + LEASE if driver else not_before or at
        return cls(id, 1, order, SagaStatus.RUNNING, FIRST_STEPS[type(order)], call_key, driver, due_at, at)

    @property
    def running(self) -> bool:
        return self.status is SagaStatus.RUNNING

    @property
    def key(self) -> str:
        """The idempotency key of the call that the present step makes."""
        return f"{self.id}:{self.step}:{self.round}"

    def may_be_driven(self, driver: str, at: datetime) -> bool:
        return self.running and (self.driver == driver or self._due(at))

    def _due(self, at: datetime) -> bool:
        reach = FURTHER_OUT_OF_REACH if self.step in UNHURRIED else OUT_OF_REACH
        return at >= self.due_at or (self.step not in DATED and self.due_at > at + reach)

    @property
    def is_new(self) -> bool:
        """Begun, or moved on, and not put off since: every pause counts an attempt, every new errand begins at none."""
        return self.attempts == 0

    @property
    def tried_before(self) -> bool:
        """Whether the call of the present step may have been made already: then its effect is looked for before it is made again.

        The key alone would do for a day; Stripe forgets keys after that.
        """
        return self.attempts > 0

    @property
    def stuck(self) -> bool:
        """Whether somebody should look at it. That the processor takes its days over a payout is no trouble."""
        return self.attempts >= STUCK_AFTER and (self.step not in WAITING or self.last_error is not None)

    @property
    def waits_for(self) -> str | None:
        """Whose account it waits for."""
        waits = self.running and self.step is Step.AWAIT_ACCOUNT
        return self.order.payee_id if waits and isinstance(self.order, ReleaseOrder) else None

    def woken(self, at: datetime) -> Saga:
        """Due at once, unless somebody drives it."""
        return self if self.driver else replace(self, due_at=at)

    def claimed(self, driver: str, at: datetime) -> Saga:
        """In the hands of this driver. One that had it before and did not say how it went may have made the call."""
        died = self.driver is not None and self.driver != driver
        return replace(self, driver=driver, due_at=at + LEASE, attempts=self.attempts + died)

    def to(self, step: Step, at: datetime, *, reference: str | None = None, failure_code: str | None = None) -> Saga:
        """The saga at its next step, still in the same hands."""
        if step not in NEXT_STEPS[self.step]:
            raise InvariantBroken(f"saga {self.id} does not go from {self.step} to {step}")
        return replace(
            self,
            step=step,
            round=self.round + 1 if {step, self.step} & TO_BE_ASKED_ANEW else 0,
            attempts=self.attempts if {step, self.step} <= ONE_ERRAND else 0,
            due_at=at + LEASE,
            reference=reference or self.reference,
            failure_code=failure_code or self.failure_code,
            last_error=None,
        )

    def paused(self, at: datetime, *, error: str | None = None, at_least: timedelta = timedelta(0)) -> Saga:
        """Let go of until later: twice as long each time, and as long as is asked for, but ten minutes at most (an hour where it waits for
        people).
        """
        longest = LONGEST_WAIT if self.step in UNHURRIED else LONGEST_PAUSE
        pause = max(min(FIRST_PAUSE * 2 ** min(self.attempts, 20), LONGEST_PAUSE), min(at_least, longest))
        return replace(self, driver=None, attempts=self.attempts + 1, due_at=at + pause, last_error=error)

    def refused(self, at: datetime, code: str) -> Saga:
        """Stripe said no for certain: nothing happened, so the step is tried again under a new key, later."""
        return replace(self.paused(at, error=code), round=self.round + 1)

    def left_to_people(self, at: datetime, code: str) -> Saga:
        """What is owed is refused for good: somebody sends it past the processor, which is asked again in a day, and looked at before."""
        return replace(self.to(Step.BY_HAND, at, failure_code=code), driver=None, attempts=1, due_at=at + BY_HAND_FOR)

    def completed(self, at: datetime, *, reference: str | None = None) -> Saga:
        return replace(self, status=SagaStatus.COMPLETED, driver=None, due_at=at, reference=reference or self.reference, last_error=None)

    def failed(self, at: datetime, code: str) -> Saga:
        return replace(self, status=SagaStatus.FAILED, driver=None, due_at=at, failure_code=code)

    def reopened(self, at: datetime) -> Saga:
        """A payout or a refund that had arrived may be sent back by the bank: look at it again."""
        if not self.may_come_back:
            raise InvariantBroken(f"saga {self.id} is not a payout or a refund that arrived")
        step = Step.AWAIT_PAYOUT if isinstance(self.order, PayoutOrder) else Step.AWAIT_REFUND
        return replace(self, status=SagaStatus.RUNNING, step=step, driver=None, due_at=at, attempts=0)

    @property
    def may_come_back(self) -> bool:
        arrived = self.status is SagaStatus.COMPLETED and self.step is not Step.BY_HAND  # the processor knows nothing of that one
        return arrived and isinstance(self.order, PayoutOrder | RefundOrder | BillRefundOrder)
