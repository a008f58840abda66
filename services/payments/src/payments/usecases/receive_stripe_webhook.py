"""Take a webhook as a hint: verify it, remember it, and look at the saga it is about."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from chassis.crash_points import declare, reached
from contracts.base import Done
from contracts.payments.commands import ReceiveStripeWebhook
from payments.domain.errors import ProviderUnavailable, WebhookTooEarly
from payments.domain.saga import ChargebackOrder, Saga
from payments.usecases.account_ports import Onboardings
from payments.usecases.payout_accounts import refreshed
from payments.usecases.ports import Calls, UnitOfWork, UnitsOfWork, Webhook, Webhooks
from payments.usecases.sagas.runner import SagaRunner

# After these there may be no other: what they tell can come after the answer that says all is well, and before that is recorded.
_LAST_WORDS = frozenset({"refund.failed", "payout.failed"})
declare({"saga.webhook_noted": "a webhook is remembered and its saga claimed, Stripe is not asked"})


@dataclass(frozen=True, slots=True)
class ReceiveStripeWebhookHandler:
    unit_of_work: UnitsOfWork
    webhooks: Webhooks
    onboardings: Onboardings
    runner: SagaRunner
    calls: Calls
    now: Callable[[], datetime]

    def __call__(self, command: ReceiveStripeWebhook) -> Done:
        """Nothing in the body is believed but ids: the event's, and that of the saga or person, for whom Stripe is asked how things stand.

        So webhooks may come in any order, late, twice or before the answer they are about. A webhook of an unknown type,
        or about nothing of ours, is taken and ignored. One that comes while its saga is being driven changes nothing: the
        driver learns the same, or looks again within seconds. A failure is not taken before it can be looked at.

        Raises:
            BadSignature.
            WebhookTooEarly: nothing was noted; Stripe sends it again.
        """
        webhook = self.webhooks.read(command.payload, command.signature)
        driver = self.calls.driver()
        with self.unit_of_work() as work:
            answer = work.answer(Done())
            if work.webhook_events.is_known(webhook.event_id):
                return answer
            work.webhook_events.add(webhook.event_id, webhook.event_type, self.now())
            saga = self._saga(work, webhook)
            if saga is not None and self._may_have_changed(saga):
                work.sagas.save(self._woken(saga).claimed(driver, self.now()))
            elif saga is not None and saga.running and webhook.event_type in _LAST_WORDS:
                raise WebhookTooEarly
        reached("saga.webhook_noted")
        if saga is not None:
            self.runner.drive(saga.id, driver)
        elif webhook.user_id is not None and webhook.event_type.startswith("account."):
            self._look_at_account(webhook.user_id)
        return answer

    def _saga(self, work: UnitOfWork, webhook: Webhook) -> Saga | None:
        """The saga it is about. A dispute comes from outside: whatever is told of it first begins its saga."""
        if webhook.object_id is None or not webhook.event_type.startswith("charge.dispute."):
            return work.sagas.get(webhook.saga_id) if webhook.saga_id else None
        saga_id = f"chargeback:{webhook.object_id}"
        if (known := work.sagas.get(saga_id)) is not None:
            return known
        begun = Saga.begin(saga_id, ChargebackOrder(webhook.object_id), call_key=saga_id, driver=None, at=self.now())
        work.sagas.add(begun)
        return begun

    def _look_at_account(self, user_id: str) -> None:
        """While the processor does not answer the account stays as it was recorded: whoever needs it to be enabled asks again."""
        with self.unit_of_work() as work:
            account = work.payout_accounts.get(user_id)
        if account is not None:
            with suppress(ProviderUnavailable):
                refreshed(self.unit_of_work, self.onboardings, account, self.now())

    def _may_have_changed(self, saga: Saga) -> bool:
        if saga.running:
            return saga.driver is None or saga.may_be_driven(self.calls.driver(), self.now())
        return saga.may_come_back

    def _woken(self, saga: Saga) -> Saga:
        return saga if saga.running else saga.reopened(self.now())
