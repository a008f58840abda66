"""The escrow of a challenge: who pays whom, milestone by milestone, and what may be asked of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from contracts.payments.views import EscrowMilestoneStatus as Status
from contracts.payments.views import EscrowStatus
from payments.domain.errors import (
    AlreadyFunded,
    AmountAboveHeld,
    EscrowClosed,
    InvariantBroken,
    MilestoneBusy,
    MilestoneNotFound,
    MilestoneNotHeld,
)
from payments.domain.fees import Share
from payments.domain.milestone import BEING_FUNDED, MOVING, Charge, Milestone


@dataclass(frozen=True, slots=True)
class PayerAction:
    """What the payer's bank wants of the payer: at `url`, or through the processor's script with `client_secret`."""

    url: str | None
    client_secret: str | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Escrow:
    """The money of one engagement, in one currency. Always: funded = held + released + refunded + fees.

    `fee_basis_points` is set anew until the first money is asked for and stands from then on. `closed` once the challenge
    is cancelled: no more money comes in.
    """

    id: str
    version: int
    challenge_id: str
    challenge_title: str
    payer_id: str
    payee_id: str
    currency: str
    fee_basis_points: int
    milestones: tuple[Milestone, ...]
    created_at: datetime
    closed: bool = False
    action: PayerAction | None = None

    @property
    def funded(self) -> int:
        return sum(step.funded for step in self.milestones)

    @property
    def held(self) -> int:
        return sum(step.held for step in self.milestones)

    @property
    def released(self) -> int:
        return sum(step.released for step in self.milestones)

    @property
    def refunded(self) -> int:
        return sum(step.refunded for step in self.milestones)

    @property
    def fees(self) -> int:
        return sum(step.fees for step in self.milestones)

    @property
    def pending(self) -> int:
        """What the solver will get from the releases that are under way, net."""
        return sum(step.share(self.fee_basis_points).net for step in self.milestones if step.status is Status.RELEASING)

    @property
    def status(self) -> EscrowStatus:
        """What most wants to be known: somebody must act, money comes, money is there, money is missing, all is done."""
        states = {step.status for step in self.milestones}
        if Status.REQUIRES_ACTION in states:
            return EscrowStatus.REQUIRES_ACTION
        if Status.FUNDING in states:
            return EscrowStatus.FUNDING
        if self.held:
            return EscrowStatus.FUNDED
        if Status.UNFUNDED in states and not self.closed:
            return EscrowStatus.UNFUNDED
        return EscrowStatus.SETTLED

    @property
    def holds_or_awaits_money(self) -> bool:
        return any(step.status in BEING_FUNDED or step.held for step in self.milestones)

    def milestone(self, milestone_id: str) -> Milestone:
        """Raises:
        MilestoneNotFound: it is not one of this escrow's.
        """
        for step in self.milestones:
            if step.id == milestone_id:
                return step
        raise MilestoneNotFound

    def being_funded(self, milestone_id: str | None) -> str | None:
        """The saga that funds this milestone now; without a milestone: that funds something while nothing else is left to fund."""
        if milestone_id is not None:
            step = self.milestone(milestone_id)
            return step.saga_id if step.status in BEING_FUNDED else None
        if any(step.status is Status.UNFUNDED for step in self.milestones):
            return None
        return next((step.saga_id for step in self.milestones if step.status in BEING_FUNDED), None)

    def begin_funding(self, saga_id: str, milestone_id: str | None, basis_points: int) -> Escrow:
        """Ask for the money of one milestone, or of all that are unfunded. One that was given back is funded again by name only.

        Raises:
            EscrowClosed, MilestoneNotFound.
            AlreadyFunded: there is nothing left to fund.
        """
        named = None if milestone_id is None else self.milestone(milestone_id)
        chosen = self.milestones if named is None else (named,)
        ids = {step.id for step in chosen if step.status is Status.UNFUNDED or (named is not None and named.given_back)}
        if not ids:
            raise AlreadyFunded
        if self.closed:
            raise EscrowClosed
        untouched = all(step.status is Status.UNFUNDED and not step.funded for step in self.milestones)
        rate = basis_points if untouched else self.fee_basis_points
        return replace(self._changed(ids, lambda step: step.begin_funding(saga_id)), fee_basis_points=rate)

    def in_saga(self, saga_id: str) -> tuple[Milestone, ...]:
        return tuple(step for step in self.milestones if step.saga_id == saga_id)

    def require_action(self, saga_id: str, action: PayerAction) -> Escrow:
        """The payer's bank wants to hear from the payer."""
        return replace(self._in_hands(saga_id, lambda step: step.require_action(saga_id)), action=action)

    def hold(self, saga_id: str, charge: Charge) -> Escrow:
        return self._in_hands(saga_id, lambda step: step.hold(saga_id, charge))._without_action()

    def fail_funding(self, saga_id: str) -> Escrow:
        return self._in_hands(saga_id, lambda step: step.fail_funding(saga_id))._without_action()

    def begin_release(self, saga_id: str, milestone_id: str, gross: int) -> Escrow:
        """Raises:
        MilestoneBusy, MilestoneNotHeld.
        """
        return self._changed({milestone_id}, lambda step: step.begin_release(saga_id, gross))

    def release(self, saga_id: str, share: Share) -> Escrow:
        return self._in_hands(saga_id, lambda step: step.release(saga_id, share))

    def begin_refund(self, saga_id: str, milestone_id: str, amount: int) -> Escrow:
        """Raises:
        MilestoneBusy, MilestoneNotHeld.
        """
        return self._changed({milestone_id}, lambda step: step.begin_refund(saga_id, amount))

    def refund(self, saga_id: str) -> Escrow:
        return self._in_hands(saga_id, lambda step: step.refund(saga_id))

    def fail_refund(self, saga_id: str) -> Escrow:
        return self._in_hands(saga_id, lambda step: step.fail_refund(saga_id))

    def approve(self, milestone_id: str) -> Escrow:
        """Remember that the work is accepted: its money goes out as soon as it is held."""
        self.milestone(milestone_id)
        return self._changed({milestone_id}, lambda step: replace(step, approved=True))

    def deliver(self, milestone_id: str) -> Escrow:
        """Remember that work came in: a cancellation does not send this money back by itself."""
        self.milestone(milestone_id)
        return self._changed({milestone_id}, lambda step: replace(step, delivered=True))

    def close(self) -> Escrow:
        return replace(self, closed=True)

    def due_for_release(self) -> tuple[Milestone, ...]:
        """Held for work that is approved."""
        return tuple(step for step in self.milestones if step.status is Status.HELD and step.approved)

    def due_for_refund(self) -> tuple[Milestone, ...]:
        """Held for work that will not come: the challenge was cancelled before any was delivered."""
        if not self.closed:
            return ()
        return tuple(step for step in self.milestones if step.status is Status.HELD and not (step.delivered or step.approved))

    def parts(self, milestone_id: str | None, amount: int | None) -> tuple[tuple[str, int], ...]:
        """Which milestones give how much: all that one holds, or an amount from those that hold money, in their order.

        Raises:
            MilestoneNotFound, MilestoneBusy, MilestoneNotHeld.
            AmountAboveHeld: they do not hold that much.
        """
        if milestone_id is not None:
            step = self.milestone(milestone_id)
            if step.status in MOVING:
                raise MilestoneBusy
            if step.status is not Status.HELD:
                raise MilestoneNotHeld
            return ((step.id, step.held),)
        return _taken([(step.id, step.held) for step in self.milestones if step.status is Status.HELD], amount or 0)

    def is_going_to_payee(self, milestone_id: str) -> bool:
        return self.milestone(milestone_id).status in (Status.RELEASING, Status.RELEASED)

    def _without_action(self) -> Escrow:
        waiting = any(step.status is Status.REQUIRES_ACTION for step in self.milestones)
        return self if waiting else replace(self, action=None)

    def _in_hands(self, saga_id: str, change: Callable[[Milestone], Milestone]) -> Escrow:
        ids = {step.id for step in self.in_saga(saga_id)}
        if not ids:
            raise InvariantBroken(f"nothing of escrow {self.id} is in the hands of {saga_id}")
        return self._changed(ids, change)

    def _changed(self, ids: set[str], change: Callable[[Milestone], Milestone]) -> Escrow:
        return replace(self, milestones=tuple(change(step) if step.id in ids else step for step in self.milestones))


def _taken(sources: Sequence[tuple[str, int]], amount: int) -> tuple[tuple[str, int], ...]:
    parts: list[tuple[str, int]] = []
    for source, there in sources:
        part = min(there, amount)
        if part:
            parts.append((source, part))
            amount -= part
    if amount:
        raise AmountAboveHeld
    return tuple(parts)
