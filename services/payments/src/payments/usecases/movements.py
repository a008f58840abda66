"""How money begins to leave an escrow: the milestone is taken in hand and the sagas written, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from payments.domain import entries
from payments.domain.currencies import step_of
from payments.domain.due import due_for_refund, due_for_release
from payments.domain.errors import InvariantBroken, MilestoneBusy
from payments.domain.escrow import Escrow
from payments.domain.fees import Share
from payments.domain.milestone import Charge, Hand, Milestone, Status
from payments.domain.saga import Order, RefundOrder, ReleaseOrder, ReversalOrder, Saga, SagaStatus, Step
from payments.usecases import facts
from payments.usecases.bookkeeping import post_for
from payments.usecases.ports import UnitOfWork
from payments.usecases.released_parts import ReleasedPart

CANCELLED = "The challenge was cancelled before work was delivered."


@dataclass(frozen=True, slots=True)
class Movements:
    """Begins sagas in one unit of work; the caller saves the escrow. Without a call they have no driver: the timer takes them up.

    `saga_ids` are those that were begun.
    """

    work: UnitOfWork
    new_id: Callable[[str], str]
    at: datetime
    call_key: str | None = None
    driver: str | None = None
    saga_ids: list[str] = field(default_factory=list)

    def release(self, escrow: Escrow, milestone_id: str, gross: int) -> Escrow:
        """Send `gross` of a milestone on its way to the solver, or to the solver's team: a saga for each member.

        Raises:
            EscrowFrozen, MilestoneBusy, MilestoneNotHeld, MilestoneDisputed.
        """
        return escrow.begin_release(milestone_id, self._to_payees(escrow, milestone_id, gross))

    def refund(self, escrow: Escrow, milestone_id: str, amount: int, reason: str) -> Escrow:
        """Send `amount` of a milestone on its way back to the challenger.

        Raises:
            EscrowFrozen, MilestoneBusy, MilestoneNotHeld, MilestoneDisputed.
        """
        return escrow.begin_refund(milestone_id, (self._to_payer(escrow, milestone_id, amount, reason),))

    def award(self, escrow: Escrow, milestone_id: str, *, to_payee: int, to_payer: int, reason: str) -> Escrow:
        """Send what was disputed where a decision wants it. Both are owed: neither ends with a refusal.

        Raises:
            EscrowFrozen.
        """
        hands = self._to_payees(escrow, milestone_id, to_payee) if to_payee else ()
        if to_payer:
            hands = (*hands, self._to_payer(escrow, milestone_id, to_payer, reason, owed=True))
        return escrow.begin_award(milestone_id, hands, self.at)

    def take_back(self, escrow: Escrow, parts: Sequence[ReleasedPart], reason: str) -> Escrow:
        """Send released money back to the challenger: at once from what the platform has, while it is got back from those who had it.

        Raises:
            EscrowFrozen.
            MilestoneBusy: some of it is on its way.
        """
        milestone_id, hands = parts[0].order.milestone_id, []
        paid = escrow.milestone(milestone_id).status is Status.RELEASED
        for part in parts:
            sponsored = part.sponsored(step_of(escrow.currency))
            escrow = self._take_back(escrow, part, sponsored)
            self.work.emit(facts.release_taken_back(escrow, part.order, part.share, reason))
            credit_of = escrow.payer_id if escrow.milestone(milestone_id).by_credit else None
            refund = RefundOrder(
                escrow_id=escrow.id,
                milestone_id=milestone_id,
                amount=part.share.gross - sponsored,
                currency=escrow.currency,
                charge_id=part.order.charge_id,
                reason=reason,
                taken_back=True,
                sponsored=sponsored,
                credit_of=credit_of,
            )
            hands.append(Hand(self._begin(refund), part.share.gross, to_payer=True, owed=True, paid=paid, sponsored=sponsored))
        return escrow.begin_refund(milestone_id, hands)

    def _take_back(self, escrow: Escrow, part: ReleasedPart, sponsored: int) -> Escrow:
        order, share = part.order, part.share
        escrow = escrow.take_back(order.milestone_id, share, sponsored)
        transfer_id = part.saga.reference or ""
        reversal = ReversalOrder(escrow.id, part.saga.id, order.payee_id, share.gross, share.fee, escrow.currency, transfer_id)
        if part.saga.status is SagaStatus.COMPLETED:
            moves, key = entries.taken_back(escrow.id, order.payee_id, share, escrow.currency), self._begin(reversal)
        elif part.saga.step is Step.AWAIT_ACCOUNT and share.gross == order.gross:  # it was never sent, and will not be
            escrow = escrow.end_waiting(part.saga.id)
            self.work.sagas.save(part.saga.failed(self.at, "taken_back"))
            moves, key = entries.owed_taken_back(escrow.id, order.payee_id, share, escrow.currency), self._over(reversal)
        else:
            raise MilestoneBusy
        post_for(self.work, escrow, f"taken_back:{key}", moves, self.at, overdraw=True)
        return escrow

    def _to_payees(self, escrow: Escrow, milestone_id: str, gross: int) -> tuple[Hand, ...]:
        """What the platform paid of it goes to the first of a team: it is not seen outside."""
        step = escrow.milestone(milestone_id)
        hands = []
        sponsored = step.sponsored_of(gross, step_of(escrow.currency), up=False)
        for user_id, share in escrow.shares(milestone_id, gross):
            part = min(sponsored, share.gross)
            hands.append(self._to_payee(escrow, step, user_id, share, part))
            sponsored -= part
        return tuple(hands)

    def _to_payee(self, escrow: Escrow, step: Milestone, user_id: str, share: Share, sponsored: int) -> Hand:
        order = ReleaseOrder(
            escrow_id=escrow.id,
            milestone_id=step.id,
            payee_id=user_id,
            gross=share.gross,
            fee=share.fee,
            currency=escrow.currency,
            charge_id=_charge(step).charge_id,
            sponsored=sponsored,
            from_balance=step.spent,
        )
        return Hand(self._begin(order), share.gross, share.fee, sponsored=sponsored)

    def _to_payer(self, escrow: Escrow, milestone_id: str, gross: int, reason: str, *, owed: bool = False) -> Hand:
        """The payer gets back what the payer paid of it, which is never nothing."""
        step, unit = escrow.milestone(milestone_id), step_of(escrow.currency)
        sponsored = min(step.sponsored_of(gross, unit, up=True), gross - unit)
        credit_of = escrow.payer_id if step.by_credit else None
        order = RefundOrder(
            escrow.id,
            milestone_id,
            gross - sponsored,
            escrow.currency,
            _charge(step).charge_id,
            reason,
            sponsored=sponsored,
            credit_of=credit_of,
        )
        return Hand(self._begin(order), gross, to_payer=True, owed=owed, sponsored=sponsored)

    def _over(self, order: Order) -> str:
        """A saga that has nothing to do: a record like the others."""
        saga_id = self.new_id("saga")
        saga = Saga.begin(saga_id, order, call_key=self.call_key or saga_id, driver=None, at=self.at)
        self.work.sagas.add(saga.completed(self.at))
        return saga_id

    def _begin(self, order: Order) -> str:
        saga_id = self.new_id("saga")
        self.work.sagas.add(Saga.begin(saga_id, order, call_key=self.call_key or saga_id, driver=self.driver, at=self.at))
        self.saga_ids.append(saga_id)
        return saga_id


def follow_up(work: UnitOfWork, escrow: Escrow, new_id: Callable[[str], str], at: datetime) -> Escrow:
    """Begin what waited for this money: pay out approved work, give back what a cancellation left; the caller saves the escrow."""
    escrow = release_approved(work, escrow, new_id, at)
    movements = Movements(work, new_id, at)
    for step in due_for_refund(escrow):
        escrow = movements.refund(escrow, step.id, step.free, CANCELLED)
    return escrow


def release_approved(work: UnitOfWork, escrow: Escrow, new_id: Callable[[str], str], at: datetime) -> Escrow:
    """Begin to pay out what is held for approved work; the caller saves the escrow. The timer takes the sagas up."""
    movements = Movements(work, new_id, at)
    for step in due_for_release(escrow):
        escrow = movements.release(escrow, step.id, step.free)
    return escrow


def _charge(step: Milestone) -> Charge:
    if step.charge is None:
        raise InvariantBroken(f"milestone {step.id} holds money that no charge brought in")
    return step.charge
