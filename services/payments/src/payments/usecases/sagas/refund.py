"""The steps by which a challenger gets money back: the refund of the charge, waiting for it, the journal.

Why no crash refunds twice: as for a release, the milestone is in this saga's hands and the refund carries the saga's key;
when the call may have been made before, the charge's refunds are searched for this saga's first. The money counts as held until Stripe says
that the refund succeeded. A refund that Stripe refuses or that fails is compensated: the milestone is held as before. One that comes back
when it had been booked is held again, or made again where there is no room for it: found, or made under another key, it changes no book.
What is owed, and refused because a bank has taken the payment back, is sent by people (`settle`); once a day Stripe is asked all the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from payments.domain import entries
from payments.domain.chargeback import given_by_bank
from payments.domain.currencies import step_of
from payments.domain.escrow import Escrow
from payments.domain.returned import has_room, restored
from payments.domain.saga import RefundOrder, Saga, Step
from payments.usecases import facts
from payments.usecases.bookkeeping import check_sums, post, post_for
from payments.usecases.movements import follow_up, release_approved
from payments.usecases.ports import Movement, UnitOfWork
from payments.usecases.released_parts import was_taken_back
from payments.usecases.sagas.charge_refund import ChargeRefundSteps
from payments.usecases.sagas.lost_chargeback import has_part_of_returned, is_lost, put_elsewhere, take_returned
from payments.usecases.sagas.recording import escrow_of, recording

_FOR_GOOD = frozenset({"charge_disputed", "charge_already_refunded"})  # https://docs.stripe.com/error-codes


@dataclass(frozen=True, slots=True)
class RefundSteps(ChargeRefundSteps[RefundOrder]):
    new_id: Callable[[str], str]

    def complete(self, saga: Saga, order: RefundOrder, refund: Movement) -> Saga:
        with recording(self.unit_of_work, saga) as work:
            at = self.now()
            if work.journals.get(f"refund:{saga.id}") is not None:  # looked at again, and nothing has changed
                return work.sagas.save(saga.completed(at, reference=refund.id))
            escrow = escrow_of(work, order.escrow_id)
            if by_bank := escrow.hand(saga.id).by_bank:
                put_elsewhere(work, order, by_bank)
            self._arrived(work, f"refund:{saga.id}", saga, order, escrow, at)
            return work.sagas.save(saga.completed(at, reference=refund.id))

    def settle(self, work: UnitOfWork, saga: Saga, order: RefundOrder, reference: str) -> Saga:
        """Book what somebody has sent past the processor, which has sent nothing; what a bank has given of it meanwhile is the bank's. What
        had been booked, came back and could not be made again is booked already.
        """
        at = self.now()
        if work.journals.get(f"refund:{saga.id}") is None:
            escrow = escrow_of(work, order.escrow_id)
            if by_bank := escrow.hand(saga.id).by_bank:
                escrow, order = self._given_by_bank(work, saga, order, by_bank, escrow, at)
            if order.amount:
                self._arrived(work, f"refund_by_hand:{saga.id}", saga, order, escrow, at)
            else:
                work.escrows.save(follow_up(work, escrow, self.new_id, at))
        return work.sagas.save(replace(saga, order=order).completed(at, reference=reference))

    def _arrived(self, work: UnitOfWork, key: str, saga: Saga, order: RefundOrder, escrow: Escrow, at: datetime) -> None:
        escrow = escrow.refund(saga.id)
        post_for(work, escrow, key, entries.refunded(escrow.id, order.amount, order.currency, order.sponsored, order.credit_of), at)
        work.emit(facts.funds_refunded(escrow, order))
        work.escrows.save(follow_up(work, escrow, self.new_id, at))

    def fail(self, saga: Saga, order: RefundOrder, code: str) -> Saga:
        """No refund follows up on this: one that began by itself would begin again without end. Work that was approved
        meanwhile is paid. What a decision awarded is owed: it is tried again, under a new key, and is seen as stuck. What of it the payer
        has from the bank by now is done.
        """
        with recording(self.unit_of_work, saga) as work:
            at = self.now()
            escrow = escrow_of(work, order.escrow_id)
            if work.journals.get(f"refund:{saga.id}") is not None:
                return self._book_back(work, saga, order, escrow, code, at)
            hand = escrow.hand(saga.id)
            if hand.by_bank:
                escrow, order = self._given_by_bank(work, saga, order, hand.by_bank, escrow, at)
                if not order.amount:
                    work.escrows.save(follow_up(work, escrow, self.new_id, at))
                    return work.sagas.save(saga.failed(at, code))
                saga = replace(saga, order=order)
            if hand.owed:
                return work.sagas.save(_to_be_made_again(work, saga, order, code, at))
            escrow = escrow.fail_refund(saga.id, at)
            work.escrows.save(release_approved(work, escrow, self.new_id, at))
            return work.sagas.save(saga.failed(at, code))

    def _given_by_bank(
        self, work: UnitOfWork, saga: Saga, order: RefundOrder, by_bank: int, escrow: Escrow, at: datetime
    ) -> tuple[Escrow, RefundOrder]:
        """What was to be sent is the payer's, who has so much of it from the bank: the platform no longer lays that out (decision 0079).
        What is left to be sent is another errand, and may have its part from the bank later: of another chargeback.
        """
        part = order.part(by_bank, step_of(order.currency))
        escrow = given_by_bank(escrow, saga.id, part)
        moves = (
            *entries.refunded(escrow.id, part.amount, order.currency, part.sponsored, order.credit_of),
            *entries.chargeback_lost(escrow.id, order.currency, part.amount),
        )
        key = f"refund_by_bank:{saga.id}"
        post_for(work, escrow, key if work.journals.get(key) is None else f"{key}:{saga.round}", moves, at)
        work.emit(facts.funds_refunded(escrow, part, by_bank=True))
        return work.escrows.save(escrow), order.less(part)

    def _book_back(self, work: UnitOfWork, saga: Saga, order: RefundOrder, escrow: Escrow, code: str, at: datetime) -> Saga:
        """The bank returned it after it had been reported as done: the money is held again, and everybody is told so. What of it the
        payer has from the bank by now is not held again: the platform no longer bears it. Credit that was used again meanwhile stays used,
        and what was paid for anew is not held twice: then the payer is sent it once more, as the books say already (decision 0088).
        """
        if not has_part_of_returned(work, order) and not has_room(escrow, _without_used_credit(work, order)):
            return work.sagas.save(_to_be_made_again(work, saga, order, code, at))
        by_bank = order.part(take_returned(work, escrow, order), step_of(escrow.currency))
        rest = _without_used_credit(work, order.less(by_bank))
        back = entries.refund_returned(escrow.id, order.amount, order.currency, rest.sponsored, order.credit_of)
        if rest.amount:
            escrow = restored(escrow, rest, spent=order.taken_back or was_taken_back(work, escrow, order))
            work.emit(facts.refund_returned(escrow, rest))
            work.escrows.save(escrow)
        post(work, escrow.id, f"refund_returned:{saga.id}", back, at)
        if by_bank.amount:
            moves = (
                *entries.refunded(escrow.id, by_bank.amount, order.currency),
                *entries.chargeback_lost(escrow.id, order.currency, by_bank.amount),
            )
            post(work, escrow.id, f"refund_by_bank:{saga.id}:returned", moves, at)
        check_sums(work, escrow)
        return work.sagas.save(saga.failed(at, code))


def _without_used_credit(work: UnitOfWork, order: RefundOrder) -> RefundOrder:
    """It with no more of what came back as credit than is still there."""
    if order.credit_of is None:
        return order
    unit, there = step_of(order.currency), work.balances.get(entries.credit(order.credit_of, order.currency)).amount
    return replace(order, sponsored=min(order.sponsored, max(there, 0) // unit * unit))


def _to_be_made_again(work: UnitOfWork, saga: Saga, order: RefundOrder, code: str, at: datetime) -> Saga:
    """It failed for certain: another is made under a new key, later. Of a payment that a bank has taken back for good none can be made:
    that is left to people.
    """
    if saga.step is Step.REFUND and code in _FOR_GOOD and is_lost(work, order):
        return saga.left_to_people(at, code)
    again = saga.to(Step.REFUND, at) if saga.step is Step.AWAIT_REFUND else saga
    return again.refused(at, code)
