"""Chargebacks: the payer's bank takes a payment back, and who bears it until that is decided."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from contracts.payments.views import ChargebackStatus
from payments.domain import entries
from payments.domain.currencies import step_of
from payments.domain.errors import MilestoneBusy
from payments.domain.escrow import Escrow
from payments.domain.fees import Share
from payments.domain.ledger import Move
from payments.domain.milestone import MOVING

OPEN = frozenset({ChargebackStatus.INQUIRY, ChargebackStatus.NEEDS_RESPONSE, ChargebackStatus.UNDER_REVIEW})
FROZEN_BY = "chargeback"  # why an escrow is frozen meanwhile


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
        return tuple(Move(move.destination, move.source, move.amount) for move in self.moves())

    def still_held(self, escrow: Escrow) -> tuple[tuple[str, int], ...]:
        """What of the money that was held when the bank took it is there yet: finance may have let some of it go meanwhile.

        Raises:
            MilestoneBusy: some of it is on its way.
        """
        steps = [(escrow.milestone(milestone_id), amount) for milestone_id, amount in self.taken.held]
        if any(step.status in MOVING for step, _ in steps):
            raise MilestoneBusy
        return tuple((step.id, part) for step, amount in steps if (part := min(step.free, amount)) > 0)

    def moves_of_loss(self, held: int) -> tuple[Move, ...]:
        """The journal of a chargeback that was lost: what is still held is the payer's again, and the platform no longer lays it out."""
        laid_out = entries.charged_back(self.escrow_id, "", self.currency, from_payee=0, from_platform=held)
        back = tuple(Move(move.destination, move.source, move.amount) for move in laid_out)
        return (*entries.refunded(self.escrow_id, held, self.currency), *back)


def taken_from(escrow: Escrow, charge_id: str, amount: int, releases: Iterable[tuple[str, Share]]) -> Taken:
    """Who bears `amount` of a charge: first what is still held of it, then those it was released to, the platform with its fee;
    what went elsewhere (a refund before) is the platform's loss. A part of a release has its part of the net, rounded down to what
    can be paid out in this currency.
    """
    unit, left, held = step_of(escrow.currency), amount, []
    for step in escrow.milestones:
        if step.charge is not None and step.charge.charge_id == charge_id and (part := min(left, step.held - step.moving)) > 0:
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


def _above_zero(amounts: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple((payee_id, amount) for payee_id, amount in amounts.items() if amount)
