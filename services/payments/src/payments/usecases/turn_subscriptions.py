"""Do what the clock has to do with subscriptions: renew them, try failed payments again, tell of trials that end, and end what is over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import structlog

from contracts.payments.subscription_views import EndReason, SubscriptionStatus
from payments.domain.subscriptions.subscription import Subscription
from payments.domain.subscriptions.transitions import Turn
from payments.usecases.ports import UnitOfWork, UnitsOfWork
from payments.usecases.subscriptions import facts
from payments.usecases.subscriptions.billing import Billing
from payments.usecases.subscriptions.ending import end
from payments.usecases.subscriptions.recording import keep

log = structlog.get_logger(__name__)
AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class TurnSubscriptionsHandler:
    """`rerun` runs something again when it lost a race for a record, as the entrypoints do for commands."""

    unit_of_work: UnitsOfWork
    rerun: Callable[[Callable[[], None]], None]
    new_id: Callable[[str], str]
    now: Callable[[], datetime]

    def __call__(self) -> None:
        """One turn for each that is due. Every replica may: the subscription's version lets one through, and once a charge has begun
        nothing is due. After a long night periods are charged one after the other, none is left out and none comes twice.
        """
        with self.unit_of_work() as work:
            due = [subscription.id for subscription in work.subscriptions.due(self.now(), AT_ONCE)]
        for subscription_id in due:
            try:
                self.rerun(partial(self._turn, subscription_id))
            except Exception:  # one subscription's trouble must not hold up the others
                log.exception("subscription_failed_to_turn", subscription_id=subscription_id)

    def _turn(self, subscription_id: str) -> None:
        with self.unit_of_work() as work:
            subscription, at = work.subscriptions.get(subscription_id), self.now()
            turn = None if subscription is None else subscription.turn(at)
            if subscription is None or turn is None:
                return
            if turn is Turn.CHARGE:
                keep(work, Billing(work, self.new_id, at).renewal(subscription))
            elif turn is Turn.NOTICE:
                self._notice(work, subscription)
            else:
                unpaid = subscription.status is SubscriptionStatus.UNPAID
                reason = EndReason.PAYMENT_FAILED if unpaid else EndReason.REQUESTED
                end(work, subscription, subscription.end(reason, at))
            log.info("subscription_turned", subscription_id=subscription_id, turn=turn)

    def _notice(self, work: UnitOfWork, subscription: Subscription) -> None:
        """Whoever has cancelled knows that it ends."""
        noticed = keep(work, subscription.noticed())
        if not noticed.cancel_at_period_end:
            work.emit(facts.trial_ending(noticed))
