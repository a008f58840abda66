"""Where what is known of subscriptions is kept."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from contracts.payments.subscription_views import SubscriptionStatus
from payments.domain.subscriptions.bill import Bill
from payments.domain.subscriptions.bill_chargeback import BillChargeback
from payments.domain.subscriptions.membership import Membership
from payments.domain.subscriptions.plan import Plan
from payments.domain.subscriptions.subscriber import Subscriber
from payments.domain.subscriptions.subscription import Subscription


class Plans(Protocol):
    def get(self, plan_id: str) -> Plan | None: ...
    def offered(self) -> list[Plan]: ...
    def put(self, plan: Plan) -> Plan:
        """Write it over the version it was read at, or as a new one; returns it with its new version."""
        ...


class Subscriptions(Protocol):
    def get(self, subscription_id: str) -> Subscription | None: ...
    def page_of(self, owner_id: str, cursor: str | None, limit: int) -> tuple[list[Subscription], str | None]:
        """An owner's, the latest first."""
        ...

    def page(self, status: SubscriptionStatus | None, cursor: str | None, limit: int) -> tuple[list[Subscription], str | None]:
        """Everybody's, the latest first."""
        ...

    def due(self, at: datetime, limit: int) -> list[Subscription]:
        """Those for which the clock has something to do, the longest due first."""
        ...

    def add(self, subscription: Subscription) -> None: ...
    def save(self, subscription: Subscription) -> Subscription:
        """Write it over the version it was read at; returns it with its new version. So do all `save`s here."""
        ...


class Bills(Protocol):
    def get(self, bill_id: str) -> Bill | None: ...
    def page_of(self, subscription_id: str, cursor: str | None, limit: int) -> tuple[list[Bill], str | None]:
        """The latest first."""
        ...

    def due_to_earn(self, at: datetime, limit: int) -> list[str]:
        """The ids of paid ones whose period is over."""
        ...

    def add(self, bill: Bill) -> None:
        """One for each period: of two that are written at once the second finds the first when it is done again."""
        ...

    def save(self, bill: Bill) -> Bill: ...


class Subscribers(Protocol):
    def get(self, owner_id: str) -> Subscriber:
        """A fresh one where nothing was kept yet."""
        ...

    def put(self, subscriber: Subscriber) -> None: ...


class Memberships(Protocol):
    def get(self, organisation_id: str, user_id: str) -> Membership | None: ...
    def put(self, membership: Membership) -> None: ...


class BillChargebacks(Protocol):
    def get(self, chargeback_id: str) -> BillChargeback | None: ...
    def page(self, cursor: str | None, limit: int) -> tuple[list[BillChargeback], str | None]:
        """The latest first."""
        ...

    def add(self, chargeback: BillChargeback) -> None: ...
    def save(self, chargeback: BillChargeback) -> BillChargeback: ...


class SubscriptionUnit(Protocol):
    """What one transaction sees of subscriptions."""

    @property
    def plans(self) -> Plans: ...
    @property
    def subscriptions(self) -> Subscriptions: ...
    @property
    def bills(self) -> Bills: ...
    @property
    def subscribers(self) -> Subscribers: ...
    @property
    def memberships(self) -> Memberships: ...
    @property
    def bill_chargebacks(self) -> BillChargebacks: ...
