"""A refund that comes back after it had arrived: whether its money can be held again, and how the milestone is then."""

from __future__ import annotations

from dataclasses import replace

from payments.domain.errors import InvariantBroken, MilestoneBusy
from payments.domain.escrow import Escrow
from payments.domain.milestone import TRANSITIONS, Action, Charge, Milestone
from payments.domain.saga import RefundOrder


def has_room(escrow: Escrow, order: RefundOrder) -> bool:
    """Whether all of it can be held again: no other payment is held there, and what was agreed has not been paid by another meanwhile.

    Raises:
        MilestoneBusy: money is on its way, or is being brought in: that tells when it has ended.
    """
    step = escrow.milestone(order.milestone_id)
    if (step.status, Action.RESTORE) not in TRANSITIONS:
        raise MilestoneBusy
    return order.amount + order.sponsored <= step.outstanding and (not step.held or _charge(step).charge_id == order.charge_id)


def restored(escrow: Escrow, order: RefundOrder, *, spent: bool) -> Escrow:
    """Hold again what had been given back and was returned; it is the payer's, so none of it leaves by itself for work approved before.

    What is held is of this payment then, whichever was the latest: it is refunded out of this one, and belongs to a chargeback of this
    one. `spent`: some of the payment had been released, and was taken back.

    Raises:
        MilestoneBusy: there is no room for it, or not yet.
    """
    if not has_room(escrow, order):
        raise MilestoneBusy
    step = escrow.milestone(order.milestone_id)
    step = step if _charge(step).charge_id == order.charge_id else _of_payment(step, order)
    amount = order.amount + order.sponsored
    step = replace(
        step,
        status=TRANSITIONS[step.status, Action.RESTORE],
        held=step.held + amount,
        refunded=step.refunded - amount,
        sponsored=step.sponsored + order.sponsored,
        approved=False,
        release_due_at=None,
        spent=step.spent or spent,
    )
    return replace(escrow, milestones=tuple(step if one.id == step.id else one for one in escrow.milestones))


def _of_payment(step: Milestone, order: RefundOrder) -> Milestone:
    """As it is when nothing is held of any other payment: what is known of the latest one does not hold for this."""
    charge = replace(_charge(step), charge_id=order.charge_id)
    return replace(step, charge=charge, by_credit=order.credit_of is not None, taken_back=0, fees_taken_back=0, spent=False)


def _charge(step: Milestone) -> Charge:
    if step.charge is None:
        raise InvariantBroken(f"milestone {step.id} gave back money that no charge brought in")
    return step.charge
