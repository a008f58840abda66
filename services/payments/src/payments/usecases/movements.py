"""How money begins to leave an escrow: the milestone is taken in hand and the saga written, in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from payments.domain.errors import InvariantBroken
from payments.domain.escrow import Escrow
from payments.domain.milestone import Charge, Milestone
from payments.domain.saga import RefundOrder, ReleaseOrder, Saga
from payments.usecases.ports import UnitOfWork

CANCELLED = "The challenge was cancelled before work was delivered."


def begin_release(
    work: UnitOfWork, escrow: Escrow, milestone_id: str, gross: int, *, saga_id: str, call_key: str, driver: str | None, at: datetime
) -> Escrow:
    """Send `gross` of a milestone on its way to the solver; the caller saves the escrow.

    Raises:
        MilestoneBusy, MilestoneNotHeld.
    """
    escrow = escrow.begin_release(saga_id, milestone_id, gross)
    step = escrow.milestone(milestone_id)
    order = ReleaseOrder(
        escrow_id=escrow.id,
        milestone_id=milestone_id,
        payee_id=escrow.payee_id,
        gross=gross,
        fee=step.share(escrow.fee_basis_points).fee,
        currency=escrow.currency,
        charge_id=_charge(step).charge_id,
    )
    work.sagas.add(Saga.begin(saga_id, order, call_key=call_key, driver=driver, at=at))
    return escrow


def begin_refund(
    work: UnitOfWork,
    escrow: Escrow,
    milestone_id: str,
    amount: int,
    reason: str,
    *,
    saga_id: str,
    call_key: str,
    driver: str | None,
    at: datetime,
) -> Escrow:
    """Send `amount` of a milestone on its way back to the challenger; the caller saves the escrow.

    Raises:
        MilestoneBusy, MilestoneNotHeld.
    """
    escrow = escrow.begin_refund(saga_id, milestone_id, amount)
    order = RefundOrder(escrow.id, milestone_id, amount, escrow.currency, _charge(escrow.milestone(milestone_id)).charge_id, reason)
    work.sagas.add(Saga.begin(saga_id, order, call_key=call_key, driver=driver, at=at))
    return escrow


def follow_up(work: UnitOfWork, escrow: Escrow, new_id: Callable[[str], str], at: datetime) -> Escrow:
    """Begin what waited for this money: pay out approved work, give back what a cancellation left; the caller saves the escrow.

    The sagas have no driver: the timer takes them up.
    """
    escrow = release_approved(work, escrow, new_id, at)
    for step in escrow.due_for_refund():
        saga_id = new_id("saga")
        escrow = begin_refund(work, escrow, step.id, step.held, CANCELLED, saga_id=saga_id, call_key=saga_id, driver=None, at=at)
    return escrow


def release_approved(work: UnitOfWork, escrow: Escrow, new_id: Callable[[str], str], at: datetime) -> Escrow:
    """Begin to pay out what is held for approved work; the caller saves the escrow. The timer takes the sagas up."""
    for step in escrow.due_for_release():
        saga_id = new_id("saga")
        escrow = begin_release(work, escrow, step.id, step.held, saga_id=saga_id, call_key=saga_id, driver=None, at=at)
    return escrow


def _charge(step: Milestone) -> Charge:
    if step.charge is None:
        raise InvariantBroken(f"milestone {step.id} holds money that no charge brought in")
    return step.charge
