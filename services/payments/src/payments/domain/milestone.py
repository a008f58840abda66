"""One milestone's money: its states, the one table of its transitions, and what each does to the amounts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from contracts.payments.views import EscrowMilestoneStatus as Status
from payments.domain.errors import InvariantBroken, MilestoneBusy, MilestoneNotHeld
from payments.domain.fees import Share, next_share


class Action(StrEnum):
    """What can happen to a milestone's money."""

    BEGIN_FUNDING = "begin_funding"
    REQUIRE_ACTION = "require_action"
    HOLD = "hold"
    FAIL_FUNDING = "fail_funding"
    BEGIN_RELEASE = "begin_release"
    RELEASE_PART = "release_part"
    RELEASE_REST = "release_rest"
    BEGIN_REFUND = "begin_refund"
    REFUND_PART = "refund_part"
    REFUND_REST = "refund_rest"
    FAIL_REFUND = "fail_refund"


# The whole life of a milestone's money. What is not listed does not happen.
TRANSITIONS: dict[tuple[Status, Action], Status] = {
    (Status.UNFUNDED, Action.BEGIN_FUNDING): Status.FUNDING,
    (Status.REFUNDED, Action.BEGIN_FUNDING): Status.FUNDING,
    (Status.FUNDING, Action.REQUIRE_ACTION): Status.REQUIRES_ACTION,
    (Status.FUNDING, Action.HOLD): Status.HELD,
    (Status.FUNDING, Action.FAIL_FUNDING): Status.UNFUNDED,
    (Status.REQUIRES_ACTION, Action.HOLD): Status.HELD,
    (Status.REQUIRES_ACTION, Action.FAIL_FUNDING): Status.UNFUNDED,
    (Status.HELD, Action.BEGIN_RELEASE): Status.RELEASING,
    (Status.RELEASING, Action.RELEASE_PART): Status.HELD,
    (Status.RELEASING, Action.RELEASE_REST): Status.RELEASED,
    (Status.HELD, Action.BEGIN_REFUND): Status.REFUNDING,
    (Status.REFUNDING, Action.REFUND_PART): Status.HELD,
    (Status.REFUNDING, Action.REFUND_REST): Status.REFUNDED,
    (Status.REFUNDING, Action.FAIL_REFUND): Status.HELD,
}
BEING_FUNDED = frozenset({Status.FUNDING, Status.REQUIRES_ACTION})
MOVING = frozenset({Status.RELEASING, Status.REFUNDING})


@dataclass(frozen=True, slots=True)
class Charge:
    """The payment that brought the money in: Stripe's PaymentIntent and its charge."""

    intent_id: str
    charge_id: str


@dataclass(frozen=True, slots=True)
class Milestone:
    """Amounts are in minor units of the escrow's currency. `released` is what the solver got: net of `fees`.
    What was given back in whole may be funded again: `funded` and `refunded` then count each time.

    `saga_id` names the money movement that is under way, so that no other can finish it. `moving` is its gross amount
    while money leaves. `approved` and `delivered` are what challenges has told of the work.
    """

    id: str
    title: str
    amount: int
    status: Status = Status.UNFUNDED
    funded: int = 0
    held: int = 0
    released: int = 0
    refunded: int = 0
    fees: int = 0
    moving: int = 0
    saga_id: str | None = None
    charge: Charge | None = None
    delivered: bool = False
    approved: bool = False

    def __post_init__(self) -> None:
        """Raises:
        InvariantBroken: money would be lost or made.
        """
        if min(self.held, self.released, self.refunded, self.fees, self.moving) < 0:
            raise InvariantBroken(f"milestone {self.id} has an amount below zero")
        if self.funded != self.held + self.released + self.refunded + self.fees or self.funded % self.amount:
            raise InvariantBroken(f"milestone {self.id}: funded is not held + released + refunded + fees")
        if self.held + self.released + self.fees > self.amount:
            raise InvariantBroken(f"milestone {self.id} holds or has paid more than its amount")
        if self.moving > self.held or (self.moving > 0) != (self.status in MOVING):
            raise InvariantBroken(f"milestone {self.id} moves money that it does not hold")

    @property
    def given_back(self) -> bool:
        """All of its money went back to the challenger."""
        return self.status is Status.REFUNDED and self.refunded == self.funded

    def begin_funding(self, saga_id: str) -> Milestone:
        return replace(self, status=self._after(Action.BEGIN_FUNDING), saga_id=saga_id)

    def require_action(self, saga_id: str) -> Milestone:
        self._belongs_to(saga_id)
        return replace(self, status=self._after(Action.REQUIRE_ACTION))

    def hold(self, saga_id: str, charge: Charge) -> Milestone:
        self._belongs_to(saga_id)
        funded = self.funded + self.amount
        return replace(self, status=self._after(Action.HOLD), saga_id=None, charge=charge, funded=funded, held=self.amount)

    def fail_funding(self, saga_id: str) -> Milestone:
        self._belongs_to(saga_id)
        return replace(self, status=self._after(Action.FAIL_FUNDING), saga_id=None)

    def begin_release(self, saga_id: str, gross: int) -> Milestone:
        self._can_take(gross)
        return replace(self, status=self._after(Action.BEGIN_RELEASE), saga_id=saga_id, moving=gross)

    def share(self, basis_points: int) -> Share:
        """How the gross amount that is being released is shared out."""
        return next_share(self.moving, released_before=self.released + self.fees, fees_before=self.fees, basis_points=basis_points)

    def release(self, saga_id: str, share: Share) -> Milestone:
        self._belongs_to(saga_id)
        if share.gross != self.moving:
            raise InvariantBroken(f"milestone {self.id} releases another amount than was begun")
        held = self.held - share.gross
        return replace(
            self,
            status=self._after(Action.RELEASE_PART if held else Action.RELEASE_REST),
            held=held,
            released=self.released + share.net,
            fees=self.fees + share.fee,
            moving=0,
            saga_id=None,
        )

    def begin_refund(self, saga_id: str, amount: int) -> Milestone:
        self._can_take(amount)
        return replace(self, status=self._after(Action.BEGIN_REFUND), saga_id=saga_id, moving=amount)

    def refund(self, saga_id: str) -> Milestone:
        self._belongs_to(saga_id)
        held = self.held - self.moving
        return replace(
            self,
            status=self._after(Action.REFUND_PART if held else Action.REFUND_REST),
            held=held,
            refunded=self.refunded + self.moving,
            moving=0,
            saga_id=None,
        )

    def fail_refund(self, saga_id: str) -> Milestone:
        self._belongs_to(saga_id)
        return replace(self, status=self._after(Action.FAIL_REFUND), moving=0, saga_id=None)

    def _can_take(self, amount: int) -> None:
        if self.status in MOVING:
            raise MilestoneBusy
        if self.status is not Status.HELD:
            raise MilestoneNotHeld
        if not 0 < amount <= self.held:
            raise InvariantBroken(f"milestone {self.id} holds {self.held}, not {amount}")

    def _belongs_to(self, saga_id: str) -> None:
        if self.saga_id != saga_id:
            raise InvariantBroken(f"milestone {self.id} is not in the hands of {saga_id}")

    def _after(self, action: Action) -> Status:
        try:
            return TRANSITIONS[self.status, action]
        except KeyError:
            raise InvariantBroken(f"milestone {self.id} is {self.status}: no {action}") from None
