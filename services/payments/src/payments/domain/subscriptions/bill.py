"""Bills: what one period, or the rest of one, costs; each is charged once, whatever is tried."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from contracts.payments.subscription_views import BillKind, BillStatus
from payments.domain.errors import InvariantBroken
from payments.domain.milestone import Charge
from payments.domain.subscriptions.errors import AmountAbovePaid, BillBusy, BillNotPaid
from payments.domain.subscriptions.plan import Terms

_WHOLE_PERIODS = frozenset({BillKind.FIRST, BillKind.RENEWAL})


@dataclass(frozen=True, slots=True)
class Bill:
    """`refunding` is on its way back in the hands of `refund_saga_id`. `earned`: its period is over, the ledger counts it as revenue.

    `charged_back` is what the payer's bank has taken, for as long as it is not given back; `lost`: it will not be.
    """

    id: str
    version: int
    subscription_id: str
    payer_id: str
    kind: BillKind
    terms: Terms
    amount: int
    period_start: datetime
    period_end: datetime
    created_at: datetime
    status: BillStatus = BillStatus.OPEN
    charge: Charge | None = None
    paid_at: datetime | None = None
    refunded: int = 0
    refunding: int = 0
    refund_saga_id: str | None = None
    earned: bool = False
    failure_code: str | None = None
    charged_back: int = 0
    lost: bool = False

    def __post_init__(self) -> None:
        """Raises:
        InvariantBroken: more would go back than came, or what was paid is not told by a charge.
        """
        if self.amount <= 0 or min(self.refunded, self.refunding, self.charged_back) < 0 or self.refunded + self.refunding > self.amount:
            raise InvariantBroken(f"bill {self.id} gives back more than it got")
        if (self.status is BillStatus.PAID) != (self.charge is not None) or (self.refunding > 0) != (self.refund_saga_id is not None):
            raise InvariantBroken(f"bill {self.id} moves money that it does not have")

    @property
    def currency(self) -> str:
        return self.terms.currency

    @property
    def period_key(self) -> str | None:
        """There is one bill for each period that begins by itself: the database refuses a second. None for what people ask for."""
        return f"{self.subscription_id}:{self.period_start.isoformat()}" if self.kind in _WHOLE_PERIODS else None

    @property
    def left(self) -> int:
        """What can be given back."""
        return max(0, self.kept - self.refunding)

    @property
    def kept(self) -> int:
        """What is there of it: neither given back nor taken by the bank."""
        return max(0, self.amount - self.refunded - self.charged_back) if self.status is BillStatus.PAID else 0

    @property
    def loss(self) -> int:
        """What went out twice, refunded and taken by the bank as well: the platform bears it."""
        return max(0, self.refunded + self.charged_back - self.amount)

    @property
    def earned_at(self) -> datetime | None:
        """When the timer has to count it as revenue; None where it has not, or not yet."""
        return self.period_end if self.status is BillStatus.PAID and not self.earned and not self.refunding else None

    def paid(self, charge: Charge, at: datetime) -> Bill:
        """Raises:
        InvariantBroken: it was paid before.
        """
        if self.status is BillStatus.PAID:
            raise InvariantBroken(f"bill {self.id} was paid before")
        return replace(self, status=BillStatus.PAID, charge=charge, paid_at=at, failure_code=None)

    def failed(self, code: str) -> Bill:
        return replace(self, failure_code=code)

    def voided(self) -> Bill:
        if self.status is BillStatus.PAID:
            raise InvariantBroken(f"bill {self.id} was paid")
        return replace(self, status=BillStatus.VOID)

    def begin_refund(self, saga_id: str, amount: int | None) -> Bill:
        """Raises:
        BillNotPaid, BillBusy.
        AmountAbovePaid: also where all of it went back already.
        """
        if self.status is not BillStatus.PAID:
            raise BillNotPaid
        if self.refund_saga_id is not None:
            raise BillBusy
        wanted = self.left if amount is None else amount
        if not 0 < wanted <= self.left:
            raise AmountAbovePaid
        return replace(self, refunding=wanted, refund_saga_id=saga_id)

    def refund(self, saga_id: str) -> Bill:
        self._belongs_to(saga_id)
        return replace(self, refunded=self.refunded + self.refunding, refunding=0, refund_saga_id=None)

    def fail_refund(self, saga_id: str) -> Bill:
        self._belongs_to(saga_id)
        return replace(self, refunding=0, refund_saga_id=None)

    def still_owed(self, amount: int) -> int:
        """How much of an owed refund is to be sent on: all of it, as long as a bank may still give back what it took; then what is left."""
        return min(amount, self.kept) if self.lost else amount

    def owe(self, saga_id: str, amount: int) -> Bill:
        """It is to bring no more than that."""
        self._belongs_to(saga_id)
        return replace(self, refunding=amount)

    def restore(self, amount: int) -> Bill:
        """The payer's bank sent a refund back after it had arrived."""
        return replace(self, refunded=self.refunded - amount)

    def charge_back(self, amount: int) -> Bill:
        """The payer's bank took this much of it.

        Raises:
            InvariantBroken: nothing was paid.
        """
        if self.status is not BillStatus.PAID:
            raise InvariantBroken(f"bill {self.id} was not paid")
        return replace(self, charged_back=self.charged_back + amount)

    def win_back(self, amount: int) -> Bill:
        """The bank gave back what it had taken."""
        return replace(self, charged_back=self.charged_back - amount)

    def lose(self) -> Bill:
        """What the bank has taken stays taken."""
        return replace(self, lost=True)

    def earn(self) -> Bill:
        return replace(self, earned=True)

    def _belongs_to(self, saga_id: str) -> None:
        if self.refund_saga_id != saga_id:
            raise InvariantBroken(f"bill {self.id} is not in the hands of {saga_id}")
