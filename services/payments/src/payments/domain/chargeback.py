"""Chargebacks: the payer's bank takes a payment back, and who bears it until that is decided."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from contracts.payments.views import ChargebackStatus
from payments.domain import entries
from payments.domain.currencies import step_of
from payments.domain.errors import MilestoneBusy
from payments.domain.escrow import Escrow
from payments.domain.fees import Share
from payments.domain.ledger import Move, undone
from payments.domain.milestone import BEING_FUNDED, Milestone
from payments.domain.saga import RefundOrder

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
    escrow: Escrow, charge_id: str, amount: int, releases: Iterable[tuple[str, Share]], refunds: Iterable[RefundOrder] = ()
) -> Taken:
    """Who bears `amount` of a charge: first what is still held of it, be it on its way back to the payer (`refunds`) or not, then those
    it was released to, the platform with its fee; what went elsewhere (a refund before) is the platform's loss. A part of a release has
    its part of the net, rounded down to what can be paid out in this currency.
    """
    unit, left, held = step_of(escrow.currency), amount, []
    returning = Counter[str]()
    for order in refunds:
        returning[order.milestone_id] += order.amount
    for step in escrow.milestones:
        resting = step.resting - step.sponsored_resting if brought_by(step, charge_id) else 0
        if (part := min(left, resting + returning[step.id])) > 0:
            held.append((step.id, part))
            left -= part
    payees: defaultdict[str, int] = defaultdict(int)
    fees: defaultdict[str, int] = defaultdict(int)
    for payee_id, share in releases:
        part = min(left, share.gross)
        net = share.net if part == share.gross else part * share.net // (share.gross * unit) * unit
        payees[payee_id] += net
        fees[payee_id] += part - net
        left -= part
    platform = sum(fees.values()) + left + sum(part for _, part in held)
    return Taken(_above_zero(payees), platform, tuple(held), _above_zero(fees))


def brought_by(step: Milestone, charge_id: str | None) -> bool:
    """Whether this charge brought in what the milestone holds. Of chargebacks of an earlier version the charge is not known."""
    return step.charge is not None and charge_id in (None, step.charge.charge_id)


def is_being_recorded(escrow: Escrow, charge_id: str) -> bool:
    """Whether this may be a payment that was made and is not held yet: a bank can be quicker than our own record of it."""
    known = any(brought_by(step, charge_id) for step in escrow.milestones)
    return not known and any(step.status in BEING_FUNDED for step in escrow.milestones)


def lost(escrow: Escrow, milestone_id: str, amount: int, charge_id: str | None, refunds: Mapping[str, RefundOrder]) -> Escrow:
    """As it is once the payer has `amount` of a milestone from the bank for good.

    What is on its way to the payer anyhow (`refunds` of this charge, by their sagas) counts first: those need not arrive. The rest is
    given back of what rests there, as far as it is there: finance may have let some of it go meanwhile.

    Raises:
        MilestoneBusy: some of it is on its way to the payee; where it arrives it was not held.
    """
    step, hands = escrow.milestone(milestone_id), []
    if any(not hand.to_payer for hand in step.hands):
        raise MilestoneBusy
    for hand in step.hands:
        order = refunds.get(hand.saga_id)
        if order is not None and not hand.charged_back and order.amount <= amount:
            amount -= order.amount
            hand = replace(hand, charged_back=True)
        hands.append(hand)
    after = replace(step, hands=tuple(hands))
    if brought_by(step, charge_id):
        after = after.charge_back(amount, step_of(escrow.currency))
    return replace(escrow, milestones=tuple(after if one.id == milestone_id else one for one in escrow.milestones))


def _above_zero(amounts: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple((payee_id, amount) for payee_id, amount in amounts.items() if amount)
