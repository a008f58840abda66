"""Subscribers: an owner's one live subscription, whether the trial was used, and what they were last told to be entitled to."""

from __future__ import annotations

from dataclasses import dataclass, replace

from payments.domain.subscriptions.errors import AlreadySubscribed
from payments.domain.subscriptions.subscription import NOTHING, Entitlement, Subscription


@dataclass(frozen=True, slots=True)
class Subscriber:
    """`id` is the owner's. `revision` grows with every change of what they are entitled to, whichever subscription it comes from."""

    id: str
    version: int = 0  # 0: not stored yet
    subscription_id: str | None = None
    trial_used: bool = False
    revision: int = 0
    entitlement: Entitlement = NOTHING

    def subscribe(self, subscription: Subscription, *, trial: bool) -> Subscriber:
        """Raises:
        AlreadySubscribed: another one is live.
        """
        if self.subscription_id is not None:
            raise AlreadySubscribed
        return replace(self, subscription_id=subscription.id, trial_used=self.trial_used or trial)

    def agreed(self, subscription: Subscription) -> Subscriber:
        """As this subscription, which is the owner's live one, has it now. One that is over is let go of, and is never heard again."""
        if self.subscription_id != subscription.id:
            return self
        entitlement = subscription.entitlement
        revision = self.revision + (entitlement != self.entitlement)
        live = None if subscription.over else subscription.id
        return replace(self, subscription_id=live, revision=revision, entitlement=entitlement)
