"""Send a solver's available balance to the bank."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal
from contracts.money import Price
from contracts.payments.commands import RequestPayout
from contracts.payments.events import PayoutRequested
from contracts.payments.views import PayoutAccountStatus, PayoutView
from payments.domain import entries
from payments.domain.errors import PayoutAccountNotReady, PayoutNotFound
from payments.domain.payout import Payout
from payments.domain.payout_rules import PayoutRules
from payments.domain.saga import PayoutOrder, Saga
from payments.usecases.account_ports import Onboardings
from payments.usecases.bookkeeping import post
from payments.usecases.payout_accounts import refreshed
from payments.usecases.ports import Calls, UnitOfWork, UnitsOfWork
from payments.usecases.sagas.runner import SagaRunner
from payments.usecases.views import payout_view


@dataclass(frozen=True, slots=True)
class RequestPayoutHandler:
    unit_of_work: UnitsOfWork
    runner: SagaRunner
    calls: Calls
    onboardings: Onboardings
    rules: PayoutRules
    new_id: Callable[[str], str]
    now: Callable[[], datetime]

    def __call__(self, command: RequestPayout, principal: Principal) -> PayoutView:
        """Set the amount aside and ask Stripe to pay it out.

        The available balance is read and written in the transaction that begins the payout: of two at once one runs again
        and sees what the other left. While Stripe does not answer the payout is `requested` and its saga goes on by itself.

        Raises:
            PayoutTooSmall: named at `/amount/amount_minor`.
            StepUpRequired: from a certain amount on a stolen access token alone must not do.
            PayoutAccountNotReady: the processor does not pay out to this person at present.
            InsufficientBalance: the amount is above what is available in its currency; always, while money is owed after a chargeback.
        """
        amount, currency = command.amount.amount_minor, command.amount.currency
        self.rules.check_amount(amount, currency)
        if self.rules.wants_step_up(amount, currency):
            principal.require_fresh(self.now())
        self._check_account(principal.user_id)
        payout_id, saga_id = self._begin(principal.user_id, command.amount)
        self.runner.drive(saga_id, self.calls.driver())
        with self.unit_of_work() as work:
            payout = work.payouts.get(payout_id)
            if payout is None:
                raise PayoutNotFound
            return work.answer(payout_view(payout))

    def _check_account(self, user_id: str) -> None:
        """What was recorded may be old: before somebody is refused the processor is asked."""
        with self.unit_of_work() as work:
            account = work.payout_accounts.get(user_id)
        if account is None or account.status is PayoutAccountStatus.ENABLED:
            return
        if refreshed(self.unit_of_work, self.onboardings, account, self.now()).status is not PayoutAccountStatus.ENABLED:
            raise PayoutAccountNotReady

    def _begin(self, user_id: str, amount: Price) -> tuple[str, str]:
        with self.unit_of_work() as work:
            for saga in work.sagas.started_by(self.calls.key()):
                if isinstance(saga.order, PayoutOrder):
                    return saga.order.payout_id, saga.id
            return self._set_aside(work, user_id, amount)

    def _set_aside(self, work: UnitOfWork, user_id: str, amount: Price) -> tuple[str, str]:
        at, minor, currency = self.now(), amount.amount_minor, amount.currency
        payout = Payout.requested(self.new_id("payout"), user_id, minor, currency, at)
        post(work, user_id, f"payout_begun:{payout.id}", entries.payout_begun(user_id, minor, currency), at)
        order = PayoutOrder(payout.id, user_id, minor, currency)
        saga = Saga.begin(self.new_id("saga"), order, call_key=self.calls.key(), driver=self.calls.driver(), at=at)
        work.payouts.add(payout)
        work.sagas.add(saga)
        work.emit(PayoutRequested(payout_id=payout.id, user_id=user_id, amount=amount))
        return payout.id, saga.id
