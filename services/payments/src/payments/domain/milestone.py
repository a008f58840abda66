"""One milestone's money, and what each of its transitions does to the amounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from contracts.payments.views import MilestoneKind
from payments.domain.errors import InvariantBroken, MilestoneBusy, MilestoneDisputed, MilestoneNotHeld
from payments.domain.fees import Share, next_share, part_of
from payments.domain.hand import Charge, Hand
from payments.domain.milestone_states import BEING_FUNDED, MOVING, TRANSITIONS, Action, Status

__all__ = ["BEING_FUNDED", "MOVING", "TRANSITIONS", "Action", "Charge", "Hand", "Milestone", "Status"]


@dataclass(frozen=True, slots=True)
class Milestone:
    """Amounts are in minor units of the escrow's currency. `released` is what the solver got: net of `fees`.
    What was given back may be funded again: `funded` and `refunded` then count each time.
    `taken_back` (gross) and `fees_taken_back` are what was released since the money came in, and is not any more.

    `saga_id` names the funding that is under way, `hands` the movements out of escrow, so that no other saga can finish
    them. `disputed` is held and may not leave before the dispute is decided. `approved` and `delivered` are what challenges
    has told of the work, in its `work_sequence`-th fact at last; `release_due_at` is when delivered work counts as approved
    because nobody said anything.
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
    disputed: int = 0
    saga_id: str | None = None
    hands: tuple[Hand, ...] = ()
    charge: Charge | None = None
    delivered: bool = False
    approved: bool = False
    release_due_at: datetime | None = None
    work_sequence: int = 0
    kind: MilestoneKind = MilestoneKind.WORK
    sponsored: int = 0  # what of `held` the platform paid
    by_credit: bool = False  # it did so for the payer's credit, which comes back with a refund
    taken_back: int = 0
    fees_taken_back: int = 0
    spent: bool = False  # the charge was sent on once, and the money came back: a processor sends no charge on twice

    def __post_init__(self) -> None:
        """Raises:
        InvariantBroken: money would be lost or made.
        """
        if min(self.held, self.released, self.refunded, self.fees, self.disputed) < 0:
            raise InvariantBroken(f"milestone {self.id} has an amount below zero")
        if self.funded != self.held + self.released + self.refunded + self.fees:
            raise InvariantBroken(f"milestone {self.id}: funded is not held + released + refunded + fees")
        if self.held + self.released + self.fees > self.amount:
            raise InvariantBroken(f"milestone {self.id} holds or has paid more than its amount")
        if self.moving + self.disputed > self.held or bool(self.hands) != (self.status in MOVING):
            raise InvariantBroken(f"milestone {self.id} moves money that it does not hold")

    @property
    def moving(self) -> int:
        """What is on its way out of escrow, gross."""
        return sum(hand.gross for hand in self.hands)

    @property
    def free(self) -> int:
        """What may be released or refunded: neither on its way nor disputed."""
        return self.resting - self.disputed

    @property
    def resting(self) -> int:
        """What of it is held and not on its way, disputed or not."""
        return self.held - self.moving

    @property
    def sponsored_resting(self) -> int:
        """What of that the platform paid; the payer has paid the rest."""
        return self.sponsored - sum(hand.sponsored for hand in self.hands)

    @property
    def outstanding(self) -> int:
        """What funding it takes: the amount less what is held or was paid out. So nobody pays for the same work twice."""
        return self.amount - self.held - self.released - self.fees

    @property
    def given_back(self) -> bool:
        """What it held last went back to the challenger: what is outstanding may be funded again."""
        return self.status is Status.REFUNDED

    def begin_funding(self, saga_id: str) -> Milestone:
        return replace(self, status=self._after(Action.BEGIN_FUNDING), saga_id=saga_id)

    def require_action(self, saga_id: str) -> Milestone:
        self._belongs_to(saga_id)
        return replace(self, status=self._after(Action.REQUIRE_ACTION))

    def hold(self, saga_id: str, charge: Charge, sponsored: int = 0, *, by_credit: bool = False) -> Milestone:
        self._belongs_to(saga_id)
        amount = self.outstanding
        return replace(
            self,
            status=self._after(Action.HOLD),
            saga_id=None,
            charge=charge,
            funded=self.funded + amount,
            held=amount,
            sponsored=sponsored,
            by_credit=by_credit,
            taken_back=0,
            fees_taken_back=0,
            spent=False,
        )

    def fail_funding(self, saga_id: str) -> Milestone:
        self._belongs_to(saga_id)
        failed = Action.FAIL_FUNDING_AGAIN if self.funded else Action.FAIL_FUNDING
        return replace(self, status=self._after(failed), saga_id=None)

    def share(self, gross: int, basis_points: int, step: int = 1) -> Share:
        """How the next `gross` is shared out, what is on its way counted as gone.

        So is what was taken back: the fee of the rest stays what it was when the platform gave up its part of it.
        """
        out = [hand for hand in self.hands if not hand.to_payer]
        before = self.released + self.fees + self.taken_back + sum(hand.gross for hand in out)
        rate = 0 if self.kind is MilestoneKind.TIP else basis_points
        fees_before = self.fees + self.fees_taken_back + sum(hand.fee for hand in out)
        return next_share(gross, released_before=before, fees_before=fees_before, basis_points=rate, step=step)

    def begin_release(self, hands: Sequence[Hand]) -> Milestone:
        """Raises:
        MilestoneBusy, MilestoneNotHeld, MilestoneDisputed.
        """
        self._can_take(sum(hand.gross for hand in hands))
        return replace(self, status=self._after(Action.BEGIN_RELEASE), hands=tuple(hands))

    def begin_refund(self, hands: Sequence[Hand]) -> Milestone:
        """Raises:
        MilestoneBusy, MilestoneNotHeld, MilestoneDisputed.
        """
        self._can_take(sum(hand.gross for hand in hands))
        return replace(self, status=self._after(Action.BEGIN_REFUND), hands=tuple(hands))

    def sponsored_of(self, gross: int, step: int, *, up: bool) -> int:
        """What of the next `gross` the platform paid."""
        sponsored = self.sponsored_resting
        return part_of(gross, sponsored, self.resting, step, up=up) if sponsored else 0

    def take_back(self, share: Share, sponsored: int) -> Milestone:
        """Hold again what had been released, fee and all.

        Raises:
            MilestoneBusy: money is on its way, or is being brought in.
        """
        if (self.status, Action.TAKE_BACK) not in TRANSITIONS:
            raise MilestoneBusy
        return replace(
            self,
            status=self._after(Action.TAKE_BACK),
            held=self.held + share.gross,
            released=self.released - share.net,
            fees=self.fees - share.fee,
            sponsored=self.sponsored + sponsored,
            taken_back=self.taken_back + share.gross,
            fees_taken_back=self.fees_taken_back + share.fee,
        )

    def begin_award(self, hands: Sequence[Hand]) -> Milestone:
        """A decision shares out what was disputed, whatever else is on its way."""
        gross = sum(hand.gross for hand in hands)
        if not 0 < gross <= self.disputed:
            raise InvariantBroken(f"milestone {self.id} has {self.disputed} in dispute, not {gross}")
        return replace(self, status=self._after(Action.BEGIN_AWARD), hands=(*self.hands, *hands), disputed=self.disputed - gross)

    def dispute(self, amount: int) -> Milestone:
        """Keep this much from leaving."""
        if not 0 < amount <= self.free:
            raise InvariantBroken(f"milestone {self.id} has {self.free} to dispute, not {amount}")
        return replace(self, disputed=self.disputed + amount)

    def undispute(self, amount: int) -> Milestone:
        return replace(self, disputed=self.disputed - amount)

    def hand(self, saga_id: str) -> Hand:
        for hand in self.hands:
            if hand.saga_id == saga_id:
                return hand
        raise InvariantBroken(f"milestone {self.id} is not in the hands of {saga_id}")

    def release(self, saga_id: str, share: Share) -> Milestone:
        hand = self.hand(saga_id)
        if hand.to_payer or (hand.gross, hand.fee) != (share.gross, share.fee):
            raise InvariantBroken(f"milestone {self.id} releases another amount than was begun")
        rest = self._without(hand)
        return replace(
            self,
            status=self._after(self._ending(rest, hand, Action.RELEASE_PART, Action.RELEASE_REST)),
            held=self.held - share.gross,
            released=self.released + share.net,
            fees=self.fees + share.fee,
            hands=rest,
            sponsored=self.sponsored - hand.sponsored,
        )

    def refund(self, saga_id: str) -> Milestone:
        hand = self.hand(saga_id)
        if not hand.to_payer:
            raise InvariantBroken(f"milestone {self.id} refunds what was to be released")
        rest = self._without(hand)
        # An award that gave the solver something ends as paid, in whatever order its parts arrive.
        paid = hand.paid or (self.status is Status.AWARDING and self.released + self.fees > 0)
        last = Action.RELEASE_REST if paid else Action.REFUND_REST
        status = self._after(self._ending(rest, hand, Action.REFUND_PART, last))
        return replace(self, status=status, hands=rest)._given_back(hand.gross, hand.sponsored)

    def give_by_bank(self, saga_id: str, gross: int, sponsored: int) -> Milestone:
        """A part of what this saga was to send back, and has not sent, has come from the bank; the rest is still in its hands."""
        hand = self.hand(saga_id)
        rest = replace(hand, gross=hand.gross - gross, sponsored=hand.sponsored - sponsored, by_bank=0)
        return replace(self, hands=(*self._without(hand), rest))._given_back(gross, sponsored)

    def charge_back(self, amount: int, step: int) -> Milestone:
        """The payer has `amount` of what rests here from the bank: it is the payer's again, and the platform's part of it the platform's.

        What is disputed goes first: that is what the sides could not agree on. More than rests here does not go.
        """
        sponsored = self.sponsored_resting
        paid = min(amount, self.resting - sponsored)
        part = part_of(paid, sponsored, self.resting - sponsored, step, up=True) if paid and sponsored else 0
        if not (gross := paid + part):
            return self
        last = Action.CHARGE_BACK_PART if self.held > gross else Action.CHARGE_BACK_REST
        status = self._after(Action.GO_ON if self.hands else last)
        return replace(self, status=status, disputed=self.disputed - min(self.disputed, gross))._given_back(gross, part)

    def fail_refund(self, saga_id: str) -> Milestone:
        rest = self._without(self.hand(saga_id))
        return replace(self, status=self._after(Action.GO_ON if rest else Action.FAIL_REFUND), hands=rest)

    def _given_back(self, gross: int, sponsored: int) -> Milestone:
        """With nothing left of it, delivered work is not waited for any more (decision 0080)."""
        held = self.held - gross
        due_at = None if self.status is Status.REFUNDED else self.release_due_at
        sponsored = min(self.sponsored - sponsored, held)
        return replace(self, held=held, refunded=self.refunded + gross, sponsored=sponsored, release_due_at=due_at)

    def _without(self, ended: Hand) -> tuple[Hand, ...]:
        return tuple(hand for hand in self.hands if hand != ended)

    def _ending(self, rest: tuple[Hand, ...], ended: Hand, part: Action, last: Action) -> Action:
        if rest:
            return Action.GO_ON
        return part if self.held > ended.gross else last

    def _can_take(self, amount: int) -> None:
        if self.status in MOVING:
            raise MilestoneBusy
        if self.status is not Status.HELD:
            raise MilestoneNotHeld
        if self.free < amount <= self.held:
            raise MilestoneDisputed
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
