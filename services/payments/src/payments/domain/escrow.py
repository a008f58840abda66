"""The escrow of a challenge: who pays whom, milestone by milestone, and what may be asked of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from contracts.money import MAX_AMOUNT_MINOR
from contracts.payments.views import EscrowStatus, MilestoneKind
from payments.domain.amount_errors import EscrowTooLarge
from payments.domain.currencies import check_payable, step_of
from payments.domain.errors import AlreadyFunded, EscrowClosed, EscrowFrozen, InvariantBroken, MilestoneNotFound, NothingReleased
from payments.domain.fees import WHOLE, Share
from payments.domain.milestone import BEING_FUNDED, Charge, Hand, Milestone, Status
from payments.domain.payer_action import PayerAction
from payments.domain.silence import delivered, heard, sent_back, silence_ends_at
from payments.domain.splits import Member, check_split, divided
from payments.domain.waiting import Waiting


@dataclass(frozen=True, slots=True)
class Escrow:
    """The money of one engagement, in one currency. Always: funded = held + released + refunded + fees.

    `fee_basis_points` is set anew until the first money is asked for and stands from then on. `closed` once the challenge
    is cancelled: no more money comes in. `frozen` says why nothing may begin to move. `team` shares what is released;
    without one all is the payee's. What is `waiting` counts as released, and is not sent yet.
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
    frozen: str | None = None
    team: tuple[Member, ...] = ()
    waiting: tuple[Waiting, ...] = ()

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
        return sum(hand.gross - hand.fee for step in self.milestones for hand in step.hands if not hand.to_payer)

    @property
    def disputed(self) -> int:
        return sum(step.disputed for step in self.milestones)

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
        agreed = [step for step in self.milestones if step.kind is MilestoneKind.WORK]
        if any(step.status is Status.UNFUNDED for step in agreed):
            return None
        return next((step.saga_id for step in agreed if step.status in BEING_FUNDED), None)

    def begin_funding(self, saga_id: str, milestone_id: str | None, basis_points: int) -> Escrow:
        """Ask for the money of one milestone, or of all that are unfunded. One that was given back is funded again by name only.

        Raises:
            EscrowClosed, EscrowFrozen, MilestoneNotFound, EscrowTooLarge.
            AlreadyFunded: there is nothing left to fund.
            AmountNotPayable: what was agreed on is no amount of its currency that can be paid.
        """
        self._must_not_be_frozen()
        named = None if milestone_id is None else self.milestone(milestone_id)
        chosen = self.milestones if named is None else (named,)
        ids = {step.id for step in chosen if step.status is Status.UNFUNDED or (named is not None and named.given_back)}
        if not ids:
            raise AlreadyFunded
        if self.closed:
            raise EscrowClosed
        asked = [step for step in chosen if step.id in ids]
        check_payable(sum(step.amount % step_of(self.currency) for step in asked), step_of(self.currency), "/milestone_id")
        if self.funded + sum(step.outstanding for step in asked) > MAX_AMOUNT_MINOR:
            raise EscrowTooLarge
        untouched = all(step.status is Status.UNFUNDED and not step.funded for step in self.milestones)
        rate = basis_points if untouched else self.fee_basis_points
        return replace(self._changed(ids, lambda step: step.begin_funding(saga_id)), fee_basis_points=rate)

    def in_saga(self, saga_id: str) -> tuple[Milestone, ...]:
        return tuple(step for step in self.milestones if step.saga_id == saga_id or any(hand.saga_id == saga_id for hand in step.hands))

    def hand(self, saga_id: str) -> Hand:
        """What this saga carries out of escrow."""
        (step,) = self.in_saga(saga_id)
        return step.hand(saga_id)

    def require_action(self, saga_id: str, action: PayerAction) -> Escrow:
        """The payer's bank wants to hear from the payer."""
        return replace(self._in_hands(saga_id, lambda step: step.require_action(saga_id)), action=action)

    def hold(
        self, saga_id: str, charge: Charge, at: datetime, parts: Mapping[str, int] | None = None, *, by_credit: bool = False
    ) -> Escrow:
        parts = parts or {}
        held = self._in_hands(saga_id, lambda step: heard(step.hold(saga_id, charge, parts.get(step.id, 0), by_credit=by_credit), at))
        return held._without_action()

    def fail_funding(self, saga_id: str) -> Escrow:
        """A tip that could not be paid is forgotten: nobody owes it."""
        failed = self._in_hands(saga_id, lambda step: step.fail_funding(saga_id))
        agreed = tuple(step for step in failed.milestones if step.kind is MilestoneKind.WORK or step.status is not Status.UNFUNDED)
        return replace(failed, milestones=agreed)._without_action()

    def add_extra(self, extra: Milestone) -> Escrow:
        """A tip or a bonus, on top of what was agreed; paid out as soon as its money is held.

        Raises:
            EscrowFrozen.
            NothingReleased: nobody has been paid for work here yet.
        """
        self._must_not_be_frozen()
        if not any(step.released for step in self.milestones):
            raise NothingReleased
        return replace(self, milestones=(*self.milestones, replace(extra, approved=True)))

    def shares(self, milestone_id: str, gross: int) -> tuple[tuple[str, Share], ...]:
        """Who gets how much of the next `gross` of a milestone: net and fee are each divided among the team, nobody gets nothing."""
        step, team = step_of(self.currency), self.team or (Member(self.payee_id, WHOLE),)
        whole = self.milestone(milestone_id).share(gross, self.fee_basis_points, step)
        parts = zip(team, divided(whole.net, team, step), divided(whole.fee, team, step), strict=True)
        return tuple((member.user_id, Share(net + fee, fee)) for member, net, fee in parts if net + fee)

    def begin_release(self, milestone_id: str, hands: Sequence[Hand]) -> Escrow:
        """Raises:
        EscrowFrozen, MilestoneBusy, MilestoneNotHeld, MilestoneDisputed.
        """
        self._must_not_be_frozen()
        return self._changed({milestone_id}, lambda step: step.begin_release(hands))

    def begin_refund(self, milestone_id: str, hands: Sequence[Hand]) -> Escrow:
        """Raises:
        EscrowFrozen, MilestoneBusy, MilestoneNotHeld, MilestoneDisputed.
        """
        self._must_not_be_frozen()
        return self._changed({milestone_id}, lambda step: step.begin_refund(hands))

    def begin_award(self, milestone_id: str, hands: Sequence[Hand], at: datetime) -> Escrow:
        """Raises: EscrowFrozen."""
        self._must_not_be_frozen()
        return self._changed({milestone_id}, lambda step: heard(step.begin_award(hands), at))

    def release(self, saga_id: str, share: Share) -> Escrow:
        return self._in_hands(saga_id, lambda step: step.release(saga_id, share))

    def take_back(self, milestone_id: str, share: Share, sponsored: int) -> Escrow:
        """Raises: MilestoneBusy."""
        return self._changed({milestone_id}, lambda step: step.take_back(share, sponsored))

    def begin_waiting(self, waiting: Waiting) -> Escrow:
        return replace(self, waiting=(*self.waiting, waiting))

    def end_waiting(self, saga_id: str) -> Escrow:
        return replace(self, waiting=tuple(one for one in self.waiting if one.saga_id != saga_id))

    def refund(self, saga_id: str) -> Escrow:
        return self._in_hands(saga_id, lambda step: step.refund(saga_id))

    def fail_refund(self, saga_id: str, at: datetime) -> Escrow:
        return self._in_hands(saga_id, lambda step: heard(step.fail_refund(saga_id), at))

    def approve(self, milestone_id: str) -> Escrow:
        """Remember that the work is accepted: its money goes out as soon as it is held."""
        self.milestone(milestone_id)
        return self._changed({milestone_id}, lambda step: replace(step, approved=True, release_due_at=None))

    def deliver(self, milestone_id: str, release_due_at: datetime, sequence: int) -> Escrow:
        """Remember that work came in: a cancellation does not send this money back by itself, and silence accepts it in the end."""
        self.milestone(milestone_id)
        return self._changed({milestone_id}, lambda step: delivered(step, release_due_at, sequence))

    def send_back(self, milestone_id: str, sequence: int) -> Escrow:
        """The challenger wants changes: that is no silence."""
        self.milestone(milestone_id)
        return self._changed({milestone_id}, lambda step: sent_back(step, sequence))

    @property
    def release_due_at(self) -> datetime | None:
        """When the next delivered work counts as approved by silence. Not while there is a dispute or a freeze: that is no silence."""
        return None if self.frozen else min(filter(None, map(silence_ends_at, self.milestones)), default=None)

    def accept_by_silence(self, at: datetime) -> Escrow:
        """Approve what was delivered long enough ago."""
        due = {step.id for step in self.milestones if (ends_at := silence_ends_at(step)) and ends_at <= at}
        return self._changed(due, lambda step: replace(step, approved=True, release_due_at=None))

    def close(self) -> Escrow:
        return replace(self, closed=True)

    def freeze(self, reason: str) -> Escrow:
        """Nothing begins to move any more. What is on its way arrives: the processor has it."""
        return replace(self, frozen=reason)

    def unfreeze(self, at: datetime) -> Escrow:
        return replace(self, frozen=None, milestones=tuple(heard(step, at) for step in self.milestones))

    def set_team(self, team: tuple[Member, ...]) -> Escrow:
        """Who shares what is released from now on.

        Raises:
            SplitNotWhole.
        """
        check_split(team)
        return replace(self, team=team)

    def begin_dispute(self, parts: Sequence[tuple[str, int]]) -> Escrow:
        """Keep these amounts where they are."""
        amounts = dict(parts)
        return self._changed(set(amounts), lambda step: step.dispute(amounts[step.id]))

    def end_dispute(self, parts: Sequence[tuple[str, int]], at: datetime) -> Escrow:
        """Let these amounts go as if there had been no dispute."""
        amounts = dict(parts)
        return self._changed(set(amounts), lambda step: heard(step.undispute(amounts[step.id]), at))

    def is_going_to_payee(self, milestone_id: str) -> bool:
        return self.milestone(milestone_id).status in (Status.RELEASING, Status.RELEASED)

    def _must_not_be_frozen(self) -> None:
        if self.frozen is not None:
            raise EscrowFrozen

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
