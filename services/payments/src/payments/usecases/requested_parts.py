"""What a release and a refund have in common: which money is meant, and whether this very request began before."""

from __future__ import annotations

from contracts.money import Price
from payments.domain.currencies import check_payable, step_of
from payments.domain.errors import CurrencyMismatch
from payments.domain.escrow import Escrow
from payments.domain.parts import free_parts
from payments.domain.saga import RefundOrder, ReleaseOrder, ReversalOrder
from payments.usecases.ports import Calls, UnitOfWork


def requested_parts(escrow: Escrow, milestone_id: str | None, amount: Price | None) -> tuple[tuple[str, int], ...]:
    """Milestone ids, and how much of each in minor units.

    Raises:
        CurrencyMismatch, MilestoneNotFound, MilestoneBusy, MilestoneNotHeld, AmountAboveHeld, AmountNotPayable.
    """
    if amount is not None and amount.currency != escrow.currency:
        raise CurrencyMismatch(escrow.currency)
    if amount is not None:
        check_payable(amount.amount_minor, step_of(escrow.currency))
    return free_parts(escrow, milestone_id, None if amount is None else amount.amount_minor)


def begun_before(work: UnitOfWork, calls: Calls, escrow_id: str) -> list[str]:
    """The sagas that an earlier attempt at this request began on this escrow: they are what it asked for."""
    return [
        saga.id
        for saga in work.sagas.started_by(calls.key())
        if isinstance(saga.order, ReleaseOrder | RefundOrder | ReversalOrder) and saga.order.escrow_id == escrow_id
    ]
