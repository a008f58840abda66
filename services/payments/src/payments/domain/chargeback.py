"""Chargebacks: the payer's bank takes a payment back, and who bears it until that is decided."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from contracts.payments.views import ChargebackStatus
from payments.domain import entries
from payments.domain.currencies import step_of
from payments.domain.escrow import Escrow
from payments.domain.fees import Share
from payments.domain.ledger import Move, undone
from payments.domain.milestone import BEING_FUNDED, Milestone
from payments.domain.saga import RefundOrder
from payments.domain.silence import heard

OPEN = frozenset({ChargebackStatus.INQUIRY, ChargebackStatus.NEEDS_RESPONSE, ChargebackStatus.UNDER_REVIEW})
FROZEN_BY = "chargeback"  # why an escrow is frozen meanwhile, unless somebody has a reason that outlasts it


@dataclass(frozen=True, slots=True)
class Taken:
    """What was taken from whom: the net from each who was paid, the fee from the platform. What is `held` the platform lays out,
    because it is still there: it goes back to the payer's side only when the chargeback is lost. `fees`: what the platform had kept of
    the part of each who was paid; part of `platform`.
    """

    payees: tuple[tuple[str, int], ...] = ()
    platform: int = 0
    held: tuple[tuple[str, int], ...] = ()  # by milestone; part of `platform`
    fees: tuple[tuple[str, int], ...] = ()

    @property
    def total(self) -> int:
        return sum(amount for _, amount in self.payees) + self.platform

    @property
    def elsewhere(self) -> int:
        """What was neither held nor released, or is there no more: the platform's loss, until a refund of it comes back."""
        return self.platform - sum(fee for _, fee in self.fees) - sum(part for _, part in self.held)

    def holding(self, milestone_id: str, more: int) -> Taken:
        """So much more of what the platform bears is held, or less."""
        held = dict(self.held)
        return replace(self, held=_above_zero(held | {milestone_id: held.get(milestone_id, 0) + more}))


@dataclass(frozen=True, slots=True)
class Chargeback:
    """`id` is the processor's. `taken` is empty as long as the bank only asks."""

    id: str
    version: int
    escrow_id: str
    amount: int
    currency: str
    reason: str
    status: ChargebackStatus
    evidence_due_by: datetime | None
    created_at: datetime
    updated_at: datetime
    taken: Taken = Taken()
    charge_id: str | None = None  # not known of those that an earlier version began

    @property
    def undecided(self) -> bool:
        """Whether the bank has the money, and may give it back."""
        return self.status in OPEN and self.taken.total > 0

    def bears(self, charge_id: str) -> bool:
        """Whether some of this charge is what the bank took, and has not given back. Of those of an earlier version it may be."""
        return self.charge_id in (None, charge_id) and self.status is not ChargebackStatus.WON

    def become(self, status: ChargebackStatus, at: datetime) -> Chargeback:
        return replace(self, status=status, updated_at=at)

    def took(self, taken: Taken) -> Chargeback:
        return replace(self, taken=taken)

    def moves(self) -> tuple[Move, ...]:
        """The journal of the taking; to be posted with `overdraw`."""
        taken, escrow_id, currency = self.taken, self.escrow_id, self.currency
        parts = [entries.charged_back(escrow_id, payee, currency, from_payee=net) for payee, net in taken.payees]
        parts.append(entries.charged_back(escrow_id, "", currency, from_payee=0, from_platform=taken.platform))
        return tuple(move for part in parts for move in part)

    def moves_back(self) -> tuple[Move, ...]:
        """The journal of a chargeback that was won: each gets what was taken from it."""
        return undone(self.moves())


def taken_from(
    escrow: Escrow,
    charge_id: str,
    amount: int,
    releases: Iterable[tuple[str, Share]],
    refunds: Collection[str] = (),
    others: Collection[Chargeback] = (),
) -> Taken:
    """Who bears `amount` of a charge: first what is still held of it, be it on its way back to the payer (`refunds`) or not, then those
    it was released to, the platform with its fee; what went elsewhere (a refund before) is the platform's loss. A part of a release has
    its part of the net, rounded down to what can be paid out in this currency. What `others` of this charge have taken, and the bank has
    not given back, is not there to be taken again.
    """
    unit, left, held = step_of(escrow.currency), amount, []
    spoken_for = Counter[str]()
    for milestone_id, part in (row for other in others if other.undecided for row in other.taken.held):
        spoken_for[milestone_id] += part
    for step in escrow.milestones:
        resting = step.resting - step.sponsored_resting if brought_by(step, charge_id) else 0
        returning = sum(hand.to_be_paid for hand in step.hands if hand.saga_id in refunds)
        if (part := min(left, resting + returning - spoken_for[step.id])) > 0:
            held.append((step.id, part))
            left -= part
    payees: defaultdict[str, int] = defaultdict(int)
    fees: defaultdict[str, int] = defaultdict(int)
    for payee_id, share in _not_borne_yet(releases, others, unit):
        part = min(left, share.gross)
        net = _net_of(share, part, unit)
        payees[payee_id] += net
        fees[payee_id] += part - net
        left -= part
    platform = sum(fees.values()) + left + sum(part for _, part in held)
    return Taken(_above_zero(payees), platform, tuple(held), _above_zero(fees))


def _not_borne_yet(releases: Iterable[tuple[str, Share]], others: Iterable[Chargeback], unit: int) -> Iterable[tuple[str, Share]]:
    """What is left of each release when those who were paid have borne the other chargebacks."""
    borne = Counter[str]()
    for payee_id, part in (row for other in others for row in (*other.taken.payees, *other.taken.fees)):
        borne[payee_id] += part
    for payee_id, share in releases:
        part = min(borne[payee_id], share.gross)
        borne[payee_id] -= part
        gross, fee = share.gross - part, share.fee - (part - _net_of(share, part, unit))
        yield payee_id, Share(gross, max(0, min(fee, gross)))


def _net_of(share: Share, part: int, unit: int) -> int:
    return share.net if part == share.gross else part * share.net // (share.gross * unit) * unit


def brought_by(step: Milestone, charge_id: str | None) -> bool:
    """Whether this charge brought in what the milestone holds. Of chargebacks of an earlier version the charge is not known."""
    return step.charge is not None and charge_id in (None, step.charge.charge_id)


def is_being_recorded(escrow: Escrow, charge_id: str) -> bool:
    """Whether this may be a payment that was made and is not held yet: a bank can be quicker than our own record of it."""
    known = any(brought_by(step, charge_id) for step in escrow.milestones)
    return not known and any(step.status in BEING_FUNDED for step in escrow.milestones)


def lost(
    escrow: Escrow, milestone_id: str, amount: int, charge_id: str | None, refunds: Collection[str], at: datetime
) -> tuple[Escrow, int]:
    """As it is once the payer has `amount` of a milestone from the bank for good, and what of that is there no more.

    What is on its way to the payer anyhow (the sagas of `refunds`, of this charge) counts first, if the bank gave all of it: that need
    not arrive. Then what rests there is given back, as far as it is there: finance may have let some of it go meanwhile, and what is on its
    way to the payee arrives. The rest is a part of what is on its way to the payer. What is left of the milestone is not paid by an old
    silence (decision 0080).
    """
    step = escrow.milestone(milestone_id)
    after, amount = _counted(step, refunds, amount, in_part=False)
    if brought_by(step, charge_id):
        before, after = after, after.charge_back(amount, step_of(escrow.currency))
        amount -= after.refunded - before.refunded - (before.sponsored - after.sponsored)
    after, amount = _counted(after, refunds, amount, in_part=True)
    after = after if after.held == step.held else heard(after, at)
    return _with(escrow, after), amount


def given_by_bank(escrow: Escrow, saga_id: str, part: RefundOrder) -> Escrow:
    """As it is once a refund has not arrived of which the payer has this part from the bank."""
    (step,) = escrow.in_saga(saga_id)
    whole = part.amount + part.sponsored == step.hand(saga_id).gross
    return escrow.refund(saga_id) if whole else _with(escrow, step.give_by_bank(saga_id, part.amount + part.sponsored, part.sponsored))


def _counted(step: Milestone, refunds: Collection[str], amount: int, *, in_part: bool) -> tuple[Milestone, int]:
    """So much of what is on its way to the payer need not arrive, and what is left of the amount."""
    hands = []
    for hand in step.hands:
        part = min(hand.to_be_paid, amount) if hand.saga_id in refunds and (in_part or hand.to_be_paid <= amount) else 0
        amount -= part
        hands.append(replace(hand, by_bank=hand.by_bank + part))
    return replace(step, hands=tuple(hands)), amount


def _with(escrow: Escrow, step: Milestone) -> Escrow:
    return replace(escrow, milestones=tuple(step if one.id == step.id else one for one in escrow.milestones))


def _above_zero(amounts: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple((payee_id, amount) for payee_id, amount in amounts.items() if amount)
