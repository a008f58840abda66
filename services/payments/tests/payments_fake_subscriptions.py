"""Subscriptions in memory, by the same rules as in the database."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from chassis.mongo import LostRace
from contracts.payments.subscription_views import SubscriptionStatus
from payments.domain.subscriptions.bill import Bill
from payments.domain.subscriptions.bill_chargeback import BillChargeback
from payments.domain.subscriptions.membership import Membership
from payments.domain.subscriptions.plan import Plan
from payments.domain.subscriptions.subscriber import Subscriber
from payments.domain.subscriptions.subscription import Subscription

Row = TypeVar("Row", Subscription, Bill)


@dataclass
class FakePlans:
    rows: dict[str, Plan]

    def get(self, plan_id: str) -> Plan | None:
        return self.rows.get(plan_id)

    def offered(self) -> list[Plan]:
        return [plan for plan in self.rows.values() if plan.offered]

    def put(self, plan: Plan) -> Plan:
        known = self.rows.get(plan.id)
        if known is not None and known.version != plan.version:
            raise LostRace
        self.rows[plan.id] = plan if known is None else replace(plan, version=plan.version + 1)
        return self.rows[plan.id]


@dataclass
class FakeSubscriptions:
    rows: dict[str, Subscription]

    def get(self, subscription_id: str) -> Subscription | None:
        return self.rows.get(subscription_id)

    def page_of(self, owner_id: str, cursor: str | None, limit: int) -> tuple[list[Subscription], str | None]:
        return _page([row for row in self.rows.values() if row.owner_id == owner_id], cursor, limit)

    def page(self, status: SubscriptionStatus | None, cursor: str | None, limit: int) -> tuple[list[Subscription], str | None]:
        return _page([row for row in self.rows.values() if status in (None, row.status)], cursor, limit)

    def due(self, at: datetime, limit: int) -> list[Subscription]:
        due = [(row.due_at, row) for row in self.rows.values() if row.due_at is not None and row.due_at <= at]
        return [row for _, row in sorted(due, key=lambda pair: pair[0])][:limit]

    def add(self, subscription: Subscription) -> None:
        if subscription.id in self.rows:
            raise LostRace
        self.rows[subscription.id] = subscription

    def save(self, subscription: Subscription) -> Subscription:
        if self.rows[subscription.id].version != subscription.version:
            raise LostRace
        self.rows[subscription.id] = replace(subscription, version=subscription.version + 1)
        return self.rows[subscription.id]


@dataclass
class FakeBills:
    rows: dict[str, Bill]

    def get(self, bill_id: str) -> Bill | None:
        return self.rows.get(bill_id)

    def page_of(self, subscription_id: str, cursor: str | None, limit: int) -> tuple[list[Bill], str | None]:
        return _page([row for row in self.rows.values() if row.subscription_id == subscription_id], cursor, limit)

    def due_to_earn(self, at: datetime, limit: int) -> list[str]:
        due = [(row.earned_at, row.id) for row in self.rows.values() if row.earned_at is not None and row.earned_at <= at]
        return [id for _, id in sorted(due, key=lambda pair: pair[0])][:limit]

    def add(self, bill: Bill) -> None:
        if bill.id in self.rows or any(row.period_key == bill.period_key for row in self.rows.values() if row.period_key):
            raise LostRace
        self.rows[bill.id] = bill

    def save(self, bill: Bill) -> Bill:
        if self.rows[bill.id].version != bill.version:
            raise LostRace
        self.rows[bill.id] = replace(bill, version=bill.version + 1)
        return self.rows[bill.id]


@dataclass
class FakeBillChargebacks:
    rows: dict[str, BillChargeback]

    def get(self, chargeback_id: str) -> BillChargeback | None:
        return self.rows.get(chargeback_id)

    def page(self, cursor: str | None, limit: int) -> tuple[list[BillChargeback], str | None]:
        return sorted(self.rows.values(), key=lambda row: row.created_at, reverse=True)[:limit], None

    def add(self, chargeback: BillChargeback) -> None:
        if chargeback.id in self.rows:
            raise LostRace
        self.rows[chargeback.id] = chargeback

    def save(self, chargeback: BillChargeback) -> BillChargeback:
        if self.rows[chargeback.id].version != chargeback.version:
            raise LostRace
        self.rows[chargeback.id] = replace(chargeback, version=chargeback.version + 1)
        return self.rows[chargeback.id]


@dataclass
class FakeSubscribers:
    rows: dict[str, Subscriber]

    def get(self, owner_id: str) -> Subscriber:
        return self.rows.get(owner_id, Subscriber(owner_id))

    def put(self, subscriber: Subscriber) -> None:
        if self.get(subscriber.id).version != subscriber.version:
            raise LostRace
        self.rows[subscriber.id] = replace(subscriber, version=subscriber.version + 1)


@dataclass
class FakeMemberships:
    rows: dict[str, Membership]

    def get(self, organisation_id: str, user_id: str) -> Membership | None:
        return self.rows.get(f"{organisation_id}:{user_id}")

    def put(self, membership: Membership) -> None:
        known = self.get(membership.organisation_id, membership.user_id)
        if (known.version if known else 0) != membership.version:
            raise LostRace
        self.rows[f"{membership.organisation_id}:{membership.user_id}"] = replace(membership, version=membership.version + 1)


def _page(rows: list[Row], cursor: str | None, limit: int) -> tuple[list[Row], str | None]:
    behind = [row for row in sorted(rows, key=lambda row: row.id, reverse=True) if cursor is None or row.id < cursor]
    return behind[:limit], behind[limit - 1].id if len(behind) > limit else None
