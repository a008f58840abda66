"""Charge the challenger and hold the money."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal
from contracts.payments.commands import FundEscrow
from contracts.payments.views import EscrowView
from payments.domain.errors import EmailNotVerified, NotThePayer, PaymentDeclined
from payments.domain.saga import FundOrder, Saga, SagaStatus, Step
from payments.usecases.ports import Calls, Patience, UnitOfWork, UnitsOfWork
from payments.usecases.sagas.runner import SagaRunner
from payments.usecases.sponsorship import sponsored
from payments.usecases.views import escrow_view, visible


@dataclass(frozen=True, slots=True)
class FundEscrowHandler:
    unit_of_work: UnitsOfWork
    runner: SagaRunner
    calls: Calls
    patience: Patience
    fee_basis_points: int
    new_id: Callable[[str], str]
    now: Callable[[], datetime]

    def __call__(self, command: FundEscrow, principal: Principal) -> EscrowView:
        """Fund a milestone, or all that have no money, and wait for the outcome as long as the caller does.

        Whoever asks for milestones that are being funded already joins that attempt: however many ask, one charge is made.
        When the outcome is not known in time the answer has the status `funding`, and the saga goes on by itself.

        Raises:
            EscrowNotFound, NotThePayer, EmailNotVerified, MilestoneNotFound, EscrowClosed.
            AlreadyFunded: by an earlier request.
            CouponNotValid, NoCredit.
            PaymentDeclined: with the processor's decline code; nothing is held, another payment method may be tried.
        """
        saga_id = self._begin(command, principal)
        self.runner.drive(saga_id, self.calls.driver())
        self.patience.until(lambda: self._is_decided(saga_id))
        with self.unit_of_work() as work:
            saga = work.sagas.get(saga_id)
            if saga is not None and saga.status is SagaStatus.FAILED:
                raise PaymentDeclined(saga.failure_code or "payment_failed")
            escrow = visible(work.escrows.of_challenge(command.challenge_id), principal)
            return work.answer(escrow_view(escrow, principal))

    def _begin(self, command: FundEscrow, principal: Principal) -> str:
        """The saga that decides this request: this request's own, the one under way, or a new one."""
        with self.unit_of_work() as work:
            escrow = visible(work.escrows.of_challenge(command.challenge_id), principal)
            if principal.user_id != escrow.payer_id:
                raise NotThePayer
            if not principal.email_verified:
                raise EmailNotVerified
            known = self._own(work, escrow.id) or escrow.being_funded(command.milestone_id)
            if known is not None:
                return known
            saga_id = self.new_id("saga")
            escrow = escrow.begin_funding(saga_id, command.milestone_id, self.fee_basis_points)
            amount = sum(step.outstanding for step in escrow.in_saga(saga_id))
            customer_id = work.customers.get(principal.user_id)
            order = FundOrder(escrow.id, amount, escrow.currency, command.payment_method, customer_id)
            order = sponsored(work, escrow, saga_id, order, command, self.now())
            work.sagas.add(Saga.begin(saga_id, order, call_key=self.calls.key(), driver=self.calls.driver(), at=self.now()))
            work.escrows.save(escrow)
            return saga_id

    def _own(self, work: UnitOfWork, escrow_id: str) -> str | None:
        for saga in work.sagas.started_by(self.calls.key()):
            if isinstance(saga.order, FundOrder) and saga.order.escrow_id == escrow_id:
                return saga.id
        return None

    def _is_decided(self, saga_id: str) -> bool:
        """The outcome is known, or it waits for the payer."""
        with self.unit_of_work() as work:
            saga = work.sagas.get(saga_id)
            return saga is None or not saga.running or saga.step is Step.AWAIT_INTENT
