"""The steps by which a solver is paid: an account to send to, the transfer out of the charge, the journal.

Why no crash pays twice: the share was fixed when the saga began, and the milestone is in this saga's hands until it ends.
The transfer carries a key of saga, step and round; a crash before or after it is sent, or before the answer is recorded,
sends the same transfer with the same key, which Stripe answers with the first. Stripe forgets keys after a day: so
whenever the call may have been made before, the escrow's transfers are searched for this saga's first. A definite refusal
moves no money: only then the round, and with it the key, changes. A person who has no account yet that money can be sent to is
no trouble: then the money is booked as released and owed (`earned:<saga>`), and the saga waits for the account. Journal,
milestone, event and end of the saga are one transaction, the journal's business key `release:<saga>` allows it once. A release
is never given up: it is owed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chassis.crash_points import declare, reached
from contracts.payments.views import ChargebackStatus
from payments.domain import entries
from payments.domain.fees import Share
from payments.domain.payout_account import AccountState
from payments.domain.saga import ReleaseOrder, Saga, Step
from payments.domain.waiting import Waiting
from payments.usecases import facts
from payments.usecases.bookkeeping import post_for
from payments.usecases.movements import follow_up
from payments.usecases.payout_accounts import note_state
from payments.usecases.ports import PaymentProvider, ProviderRefused, UnitOfWork, UnitsOfWork
from payments.usecases.sagas.account import AccountStep, account_of
from payments.usecases.sagas.recording import escrow_of, recording
from payments.usecases.sagas.settle import begin_settlement

LOOK_AGAIN = timedelta(hours=1)
declare({"saga.transfer_made": "Stripe has sent the money to the solver, it is not recorded"})


@dataclass(frozen=True, slots=True)
class ReleaseSteps:
    unit_of_work: UnitsOfWork
    provider: PaymentProvider
    account: AccountStep
    new_id: Callable[[str], str]
    now: Callable[[], datetime]

    def advance(self, saga: Saga, order: ReleaseOrder) -> Saga:
        """Take the saga's present step and record it.

        Raises:
            ProviderUnavailable: the step may or may not have happened: take it again.
            ProviderRefused: it did not happen, though the account could take it: take it again under a new key.
            TakenOver: somebody else recorded it.
        """
        if saga.step is Step.ENSURE_ACCOUNT:
            return self.account.advance(saga, order.payee_id, Step.TRANSFER)
        if saga.step is Step.AWAIT_ACCOUNT:
            return self._look_at_account(saga, order)
        try:
            transfer_id = self._transfer(saga, order)
        except ProviderRefused as refusal:
            state = self._account_state(order)
            if state.transfers_enabled:
                return self._out_of_balance(saga, order, refusal)
            return self._wait_for_account(saga, order, state)
        reached("saga.transfer_made")
        settles_at = None if transfer_id is None or order.from_balance else self.provider.settles_at(order.charge_id)
        return self._complete(saga, order, transfer_id, settles_at)

    def _transfer(self, saga: Saga, order: ReleaseOrder) -> str | None:
        """The id of this saga's transfer; None where the net rounds to nothing, which cannot be sent."""
        net = order.gross - order.fee
        if not net:
            return None
        if saga.tried_before:
            found = self.provider.find_transfer(escrow_id=order.escrow_id, saga_id=saga.id)
            if found is not None:
                return found
        with self.unit_of_work() as work:
            account_id = account_of(work, order.payee_id)
        return self.provider.transfer(
            amount=net,
            currency=order.currency,
            account_id=account_id,
            source=None if order.from_balance else order.charge_id,
            escrow_id=order.escrow_id,
            saga_id=saga.id,
            key=saga.key,
        )

    def _out_of_balance(self, saga: Saga, order: ReleaseOrder, refusal: ProviderRefused) -> Saga:
        """Of a payment that a bank has taken back for good nothing may be sent on any more: what is owed leaves the platform's own balance,
        as the same release would have before (decision 0035).

        Raises:
            ProviderRefused: that is not why.
        """
        with recording(self.unit_of_work, saga) as work:
            chargebacks = work.chargebacks.of_escrow(order.escrow_id)
            lost = any(one.charge_id == order.charge_id and one.status is ChargebackStatus.LOST for one in chargebacks)
            if order.from_balance or not lost:
                raise refusal
            return work.sagas.save(replace(saga, order=replace(order, from_balance=True)).refused(self.now(), refusal.code))

    def _complete(self, saga: Saga, order: ReleaseOrder, transfer_id: str | None, settles_at: datetime | None) -> Saga:
        share = Share(order.gross, order.fee)
        with recording(self.unit_of_work, saga) as work:
            at = self.now()
            settled = settles_at is None or settles_at <= at
            if settles_at is not None and not settled:
                begin_settlement(work, saga, order.payee_id, share.net, order.currency, settles_at, at)
            escrow = escrow_of(work, order.escrow_id)
            if _is_earned(work, saga):
                escrow = escrow.end_waiting(saga.id)
                moves = entries.owed_sent(order.payee_id, share.net, order.currency, is_settled=settled)
            else:
                escrow = escrow.release(saga.id, share)
                entry = entries.released if settled else entries.released_pending
                moves = entry(escrow.id, order.payee_id, share, order.currency)
                work.emit(facts.released(escrow, order.milestone_id, share, order.payee_id))
            post_for(work, escrow, f"release:{saga.id}", moves, at)
            work.escrows.save(follow_up(work, escrow, self.new_id, at))
            return work.sagas.save(saga.completed(at, reference=transfer_id))

    def _account_state(self, order: ReleaseOrder) -> AccountState:
        with self.unit_of_work() as work:
            account_id = account_of(work, order.payee_id)
        return self.provider.get_account(account_id)

    def _wait_for_account(self, saga: Saga, order: ReleaseOrder, state: AccountState) -> Saga:
        share = Share(order.gross, order.fee)
        with recording(self.unit_of_work, saga) as work:
            at = self.now()
            note_state(work, order.payee_id, state, at)
            if not _is_earned(work, saga):
                escrow = escrow_of(work, order.escrow_id).release(saga.id, share)
                escrow = escrow.begin_waiting(Waiting(saga.id, order.payee_id, share.net))
                post_for(work, escrow, f"earned:{saga.id}", entries.released_owed(escrow.id, order.payee_id, share, order.currency), at)
                work.emit(facts.released(escrow, order.milestone_id, share, order.payee_id))
                work.emit(facts.payout_account_due(escrow, order.payee_id, share.net))
                work.escrows.save(follow_up(work, escrow, self.new_id, at))
            return work.sagas.save(saga.to(Step.AWAIT_ACCOUNT, at).paused(at, at_least=LOOK_AGAIN))

    def _look_at_account(self, saga: Saga, order: ReleaseOrder) -> Saga:
        """A webhook, or the person's own look at the account, wakes the saga when it is time; this is for those that got lost."""
        state = self._account_state(order)
        if not state.transfers_enabled:
            with recording(self.unit_of_work, saga) as work:
                return work.sagas.save(saga.paused(self.now(), at_least=LOOK_AGAIN))
        with recording(self.unit_of_work, saga) as work:
            ready = work.sagas.save(saga.to(Step.TRANSFER, self.now()))
            note_state(work, order.payee_id, state, self.now())
            return ready


def _is_earned(work: UnitOfWork, saga: Saga) -> bool:
    """It had to wait for an account: the escrow has let go of the money."""
    return work.journals.get(f"earned:{saga.id}") is not None
