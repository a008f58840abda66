"""Thank the solver with money on top of what was agreed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal
from contracts.payments.commands import PayExtra
from contracts.payments.views import EscrowView
from payments.domain.currencies import check_payable, step_of
from payments.domain.errors import CurrencyMismatch, EmailNotVerified, NotThePayer, PaymentDeclined, TipsClosed
from payments.domain.escrow_errors import PayeeGone
from payments.domain.milestone import Milestone
from payments.domain.saga import FundOrder, Saga, SagaStatus, Step
from payments.usecases.ports import Calls, Patience, UnitOfWork, UnitsOfWork
from payments.usecases.sagas.runner import SagaRunner
from payments.usecases.views import escrow_view, paid_by, visible


@dataclass(frozen=True, slots=True)
class PayExtraHandler:
    unit_of_work: UnitsOfWork
    runner: SagaRunner
    calls: Calls
    patience: Patience
    fee_basis_points: int
    open_for: Callable[[Principal], bool]
    new_id: Callable[[str], str]
    now: Callable[[], datetime]

    def __call__(self, command: PayExtra, principal: Principal) -> EscrowView:
        """A tip or a bonus is a milestone of its own that is approved from the start: funded, and then released by itself.

        Raises:
            EscrowNotFound, NotThePayer, EmailNotVerified, EscrowClosed, EscrowFrozen, NothingReleased, CurrencyMismatch, AmountNotPayable.
            PayeeGone: the solver, or one of the team, has left and was erased.
            TipsClosed: they are switched off, for all or for the caller; what has begun is brought to its end.
            PaymentDeclined: with the processor's decline code; nothing is held.
        """
        saga_id = self._begin(command, principal)
        self.runner.drive(saga_id, self.calls.driver())
        self.patience.until(lambda: self._is_decided(saga_id))
        with self.unit_of_work() as work:
            saga = work.sagas.get(saga_id)
            if saga is not None and saga.status is SagaStatus.FAILED:
                raise PaymentDeclined(saga.failure_code or "payment_failed")
            return work.answer(escrow_view(visible(work.escrows.get(command.escrow_id), principal), principal))

    def _begin(self, command: PayExtra, principal: Principal) -> str:
        with self.unit_of_work() as work:
            escrow = visible(work.escrows.get(command.escrow_id), principal)
            if principal.user_id != escrow.payer_id:
                raise NotThePayer
            if not principal.email_verified:
                raise EmailNotVerified
            if command.amount.currency != escrow.currency:
                raise CurrencyMismatch(escrow.currency)
            check_payable(command.amount.amount_minor, step_of(escrow.currency))
            begun = self._begun_before(work, escrow.id)
            if begun is not None:
                return begun
            if not self.open_for(principal):
                raise TipsClosed
            if any(work.erased(user_id) for user_id in paid_by(escrow)):
                raise PayeeGone
            saga_id, extra_id, amount = self.new_id("saga"), self.new_id("milestone"), command.amount.amount_minor
            escrow = escrow.add_extra(Milestone(extra_id, command.kind.value.capitalize(), amount, kind=command.kind))
            escrow = escrow.begin_funding(saga_id, extra_id, self.fee_basis_points)
            order = FundOrder(escrow.id, amount, escrow.currency, command.payment_method, work.customers.get(principal.user_id))
            work.sagas.add(Saga.begin(saga_id, order, call_key=self.calls.key(), driver=self.calls.driver(), at=self.now()))
            work.escrows.save(escrow)
            return saga_id

    def _begun_before(self, work: UnitOfWork, escrow_id: str) -> str | None:
        sagas = work.sagas.started_by(self.calls.key())
        return next((saga.id for saga in sagas if isinstance(saga.order, FundOrder) and saga.order.escrow_id == escrow_id), None)

    def _is_decided(self, saga_id: str) -> bool:
        with self.unit_of_work() as work:
            saga = work.sagas.get(saga_id)
            return saga is None or not saga.running or saga.step is Step.AWAIT_INTENT
