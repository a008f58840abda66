"""Fakes of payments' ports: memory that commits like a database, and points at which the process may die."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from types import TracebackType
from typing import Any, ClassVar, Self, TypeVar

from payments_fake_archive import FakeBilling, FakeBrands, FakeDocuments, FakeDues, FakePeople, FakeSeries, FakeTallies, FakeTransactions
from payments_fake_subscriptions import FakeBillChargebacks, FakeBills, FakeMemberships, FakePlans, FakeSubscribers, FakeSubscriptions

from chassis.ids import new_id
from chassis.mongo import LostRace
from chassis.principal import Principal
from contracts.admin.events import ActionTaken
from contracts.base import Event, View
from payments.domain.chargeback import Chargeback
from payments.domain.coupon import Coupon, Redemptions
from payments.domain.dispute import Dispute
from payments.domain.errors import BadSignature, InvariantBroken
from payments.domain.escrow import Escrow
from payments.domain.ledger import Account, Balance, Book, Journal
from payments.domain.payout import Payout
from payments.domain.payout_account import PayoutAccount
from payments.domain.reconciliation import Reconciliation
from payments.domain.saga import Saga, Step
from payments.usecases.ports import Webhook

V = TypeVar("V", bound=View)
Row = TypeVar("Row", Escrow, Saga, Payout, Chargeback, Dispute)


class Crash(BaseException):
    """The process dies here."""


@dataclass
class CrashPoints:
    """Counts the points between two effects, and ends the process at the armed one."""

    passed: int = 0
    armed: int | None = None
    died: list[str] = field(default_factory=list)  # where, each time

    def pass_by(self, name: str = "") -> None:
        here, self.passed = self.passed, self.passed + 1
        if here == self.armed:
            self.die(name)

    def die(self, name: str) -> None:
        self.died.append(name)
        raise Crash(name)

    def arm(self, point: int | None) -> None:
        self.passed, self.armed = 0, point


@dataclass
class Memory:
    """What is committed."""

    tables: dict[str, dict[str, Any]] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    commits: int = 0
    crashes: CrashPoints = field(default_factory=CrashPoints)

    def unit_of_work(self) -> FakeUnitOfWork:
        return FakeUnitOfWork(self)

    def table(self, name: str) -> dict[str, Any]:
        return self.tables.setdefault(name, {})


class FakeUnitOfWork:
    """A copy of what is looked at, put in the place of what is committed if nobody else committed meanwhile."""

    erased_people: ClassVar[set[str]] = set()  # of a test that says so

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def __enter__(self) -> Self:
        self._began_at, self._begun_with = self._memory.commits, self._memory.tables
        self._tables: dict[str, dict[str, Any]] = {}
        self._events: list[Event] = []
        return self

    def __getattr__(self, name: str) -> Any:
        """A repository, made when it is first asked for: most units of work look at a few of them."""
        if name not in REPOSITORIES:
            raise AttributeError(name)
        repository, *tables = REPOSITORIES[name]
        made = self.__dict__[name] = repository(*map(self._table, tables))
        return made

    def _table(self, name: str) -> dict[str, Any]:
        return self._tables.setdefault(name, dict(self._begun_with.get(name, {})))

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if kind is not None:
            return
        if not self._events and all(rows == self._begun_with.get(name, {}) for name, rows in self._tables.items()):
            return
        self._memory.crashes.pass_by("before a commit")
        if self._memory.commits != self._began_at:
            raise LostRace
        self._memory.tables, self._memory.commits = self._begun_with | self._tables, self._memory.commits + 1
        self._memory.events.extend(self._events)
        self._memory.crashes.pass_by("after a commit")

    def emit(self, event: Event) -> None:
        type(event).model_validate_json(event.model_dump_json(), strict=True)
        self._events.append(event)

    def erased(self, user_id: str) -> bool:
        return user_id in self.erased_people

    def answer(self, view: V) -> V:
        return view

    def act(self, action: str, target: str, reason: str | None, by: Principal) -> None:
        self.emit(
            ActionTaken(
                action_id=new_id("action"),
                service="payments",
                action=action,
                target=target,
                reason=reason,
                actor_id=by.user_id,
                request_id="",
                taken_at=datetime(2031, 1, 1, tzinfo=UTC),
            )
        )


@dataclass
class _Versioned:
    rows: dict[str, Any]

    def _add(self, row: Row) -> None:
        if row.id in self.rows:
            raise LostRace
        self.rows[row.id] = row

    def _save(self, row: Row) -> Row:
        if row.id not in self.rows or self.rows[row.id].version != row.version:
            raise LostRace
        saved = replace(row, version=row.version + 1)
        self.rows[row.id] = saved
        return saved


class FakeEscrows(_Versioned):
    def get(self, escrow_id: str) -> Escrow | None:
        return self.rows.get(escrow_id)

    def of_challenge(self, challenge_id: str) -> Escrow | None:
        return next((row for row in self.rows.values() if row.challenge_id == challenge_id), None)

    def of_payee(self, user_id: str) -> list[Escrow]:
        return [row for row in self.rows.values() if row.payee_id == user_id]

    def active_of_payee(self, user_id: str) -> list[Escrow]:
        return [row for row in self.rows.values() if row.payee_id == user_id and row.holds_or_awaits_money]

    def due_for_silent_release(self, at: datetime, limit: int) -> list[str]:
        due = [row for row in self.rows.values() if row.release_due_at and row.release_due_at <= at]
        return [row.id for row in sorted(due, key=lambda row: row.release_due_at)][:limit]

    def after(self, escrow_id: str, limit: int) -> list[str]:
        return sorted(id for id in self.rows if id > escrow_id)[:limit]

    def add(self, escrow: Escrow) -> None:
        if self.of_challenge(escrow.challenge_id) is not None:
            raise LostRace
        self._add(escrow)

    def save(self, escrow: Escrow) -> Escrow:
        return self._save(escrow)


class FakeSagas(_Versioned):
    def get(self, saga_id: str) -> Saga | None:
        return self.rows.get(saga_id)

    def started_by(self, call_key: str) -> list[Saga]:
        return [row for row in self.rows.values() if row.call_key == call_key]

    def due(self, at: datetime, limit: int) -> list[Saga]:
        return self._due(at, limit, lambda row: row.is_new and row.due_at <= at)

    def due_again(self, at: datetime, limit: int) -> list[Saga]:
        return self._due(at, limit, lambda row: not row.is_new or row.due_at > at)

    def _due(self, at: datetime, limit: int, chosen: Callable[[Saga], bool]) -> list[Saga]:
        due = [row for row in self.rows.values() if row.may_be_driven("nobody", at) and chosen(row)]
        return sorted(due, key=lambda row: row.due_at)[:limit]

    def waiting_for(self, user_id: str) -> list[Saga]:
        return [row for row in self.rows.values() if row.waits_for == user_id]

    def count_stuck(self) -> int:
        return sum(row.running and row.stuck for row in self.rows.values())

    def left_to_people(self, cursor: str | None, limit: int) -> tuple[list[Saga], str | None]:
        waiting = (row for row in self.rows.values() if row.running and row.step is Step.BY_HAND)
        return sorted(waiting, key=lambda row: row.created_at)[:limit], None

    def count_left_to_people(self) -> int:
        return len(self.left_to_people(None, len(self.rows))[0])

    def add(self, saga: Saga) -> None:
        self._add(saga)

    def save(self, saga: Saga) -> Saga:
        return self._save(saga)


class FakeDisputes(_Versioned):
    def get(self, dispute_id: str) -> Dispute | None:
        return self.rows.get(dispute_id)

    def of_escrow(self, escrow_id: str) -> list[Dispute]:
        return sorted((row for row in self.rows.values() if row.escrow_id == escrow_id), key=lambda row: row.id, reverse=True)

    def add(self, dispute: Dispute) -> None:
        self._add(dispute)

    def save(self, dispute: Dispute) -> Dispute:
        return self._save(dispute)


class FakePayouts(_Versioned):
    def get(self, payout_id: str) -> Payout | None:
        return self.rows.get(payout_id)

    def page_of(self, user_id: str, cursor: str | None, limit: int) -> tuple[list[Payout], str | None]:
        own = sorted((row for row in self.rows.values() if row.user_id == user_id), key=lambda row: row.id, reverse=True)
        rest = [row for row in own if cursor is None or row.id < cursor]
        return rest[:limit], rest[limit - 1].id if len(rest) > limit else None

    def add(self, payout: Payout) -> None:
        self._add(payout)

    def save(self, payout: Payout) -> Payout:
        return self._save(payout)


@dataclass
class FakeBooks:
    rows: dict[str, Book]

    def get(self, book_id: str) -> Book:
        return self.rows.get(book_id, Book(book_id))

    def save(self, book: Book) -> None:
        if self.get(book.id).version != book.version:
            raise LostRace
        self.rows[book.id] = replace(book, version=book.version + 1)


@dataclass
class FakeJournals:
    rows: dict[str, Journal]

    def add(self, journal: Journal) -> None:
        if journal.key in self.rows:
            raise InvariantBroken(f"the journal {journal.key} was written before")
        self.rows[journal.key] = journal

    def get(self, key: str) -> Journal | None:
        return self.rows.get(key)

    def between(self, since: datetime, until: datetime) -> list[Journal]:
        return sorted((row for row in self.rows.values() if since <= row.at < until), key=lambda row: row.at)

    def of_book(self, book_id: str) -> list[Journal]:
        return sorted((row for row in self.rows.values() if row.book == book_id), key=lambda row: row.number)

    def of_account(self, account: Account) -> list[Journal]:
        return [row for row in self.rows.values() if any(account in (move.source, move.destination) for move in row.moves)]


@dataclass
class FakeBalances:
    rows: dict[str, Balance]

    def get(self, account: Account) -> Balance:
        return self.rows.get(account.id, Balance(account))

    def of_owner(self, owner: str) -> list[Balance]:
        return [row for row in self.rows.values() if row.account.owner == owner]

    def save(self, balance: Balance) -> None:
        if self.get(balance.account).version != balance.version:
            raise LostRace
        self.rows[balance.account.id] = replace(balance, version=balance.version + 1)


@dataclass
class FakePayoutAccounts:
    rows: dict[str, PayoutAccount]

    def get(self, user_id: str) -> PayoutAccount | None:
        return self.rows.get(user_id)

    def after(self, user_id: str, limit: int) -> list[PayoutAccount]:
        return [self.rows[key] for key in sorted(self.rows) if key > user_id][:limit]

    def add(self, account: PayoutAccount) -> None:
        if account.user_id in self.rows:
            raise LostRace
        self.rows[account.user_id] = account

    def save(self, account: PayoutAccount) -> PayoutAccount:
        if self.rows[account.user_id].version != account.version:
            raise LostRace
        self.rows[account.user_id] = replace(account, version=account.version + 1)
        return self.rows[account.user_id]


@dataclass
class FakeReconciliations:
    rows: dict[str, Reconciliation]

    def get(self, day: date) -> Reconciliation | None:
        return self.rows.get(day.isoformat())

    def page(self, cursor: str | None, limit: int) -> tuple[list[Reconciliation], str | None]:
        days = [day for day in sorted(self.rows, reverse=True) if cursor is None or day < cursor]
        return [self.rows[day] for day in days[:limit]], days[limit - 1] if len(days) > limit else None

    def put(self, report: Reconciliation) -> None:
        known = self.get(report.day)
        if (known.version if known else 0) != report.version:
            raise LostRace
        self.rows[report.day.isoformat()] = replace(report, version=report.version + 1)


class FakeChargebacks(_Versioned):
    def get(self, chargeback_id: str) -> Chargeback | None:
        return self.rows.get(chargeback_id)

    def of_escrow(self, escrow_id: str) -> list[Chargeback]:
        return [row for row in self.rows.values() if row.escrow_id == escrow_id]

    def page(self, cursor: str | None, limit: int) -> tuple[list[Chargeback], str | None]:
        return sorted(self.rows.values(), key=lambda row: row.created_at, reverse=True)[:limit], None

    def add(self, chargeback: Chargeback) -> None:
        self._add(chargeback)

    def save(self, chargeback: Chargeback) -> Chargeback:
        return self._save(chargeback)


@dataclass
class FakeCoupons:
    rows: dict[str, Coupon]
    used: dict[str, Redemptions]

    def get(self, code: str) -> Coupon | None:
        return self.rows.get(code)

    def page(self, cursor: str | None, limit: int) -> tuple[list[Coupon], str | None]:
        codes = [code for code in sorted(self.rows) if cursor is None or code > cursor]
        return [self.rows[code] for code in codes[:limit]], codes[limit - 1] if len(codes) > limit else None

    def add(self, coupon: Coupon) -> None:
        if coupon.id in self.rows:
            raise LostRace
        self.rows[coupon.id] = coupon

    def save(self, coupon: Coupon) -> Coupon:
        if self.rows[coupon.id].version != coupon.version:
            raise LostRace
        self.rows[coupon.id] = replace(coupon, version=coupon.version + 1)
        return self.rows[coupon.id]

    def redemptions(self, code: str, user_id: str) -> Redemptions:
        return self.used.get(f"{code}:{user_id}", Redemptions(code, user_id))

    def save_redemptions(self, redemptions: Redemptions) -> None:
        if self.redemptions(redemptions.coupon_id, redemptions.user_id).version != redemptions.version:
            raise LostRace
        self.used[redemptions.id] = replace(redemptions, version=redemptions.version + 1)


@dataclass
class FakeCustomers:
    rows: dict[str, str]
    removals: dict[str, tuple[tuple[str, str], ...]]

    def get(self, user_id: str) -> str | None:
        return self.rows.get(user_id)

    def add(self, user_id: str, account_id: str, at: datetime) -> None:
        if user_id in self.rows:
            raise LostRace
        self.rows[user_id] = account_id

    def is_removing(self, user_id: str, method_id: str, call_key: str) -> bool:
        return (method_id, call_key) in self.removals.get(user_id, ())

    def begin_removal(self, user_id: str, method_id: str, call_key: str) -> None:
        if user_id in self.rows:
            self.removals[user_id] = (*self.removals.get(user_id, ()), (method_id, call_key))[-50:]


@dataclass
class FakeWebhookEvents:
    rows: dict[str, str]

    def is_known(self, event_id: str) -> bool:
        return event_id in self.rows

    def add(self, event_id: str, event_type: str, at: datetime) -> None:
        if event_id in self.rows:
            raise LostRace
        self.rows[event_id] = event_type


# By its name in a unit of work: the repository, and the tables it keeps its rows in.
REPOSITORIES: dict[str, tuple[Any, ...]] = {
    "escrows": (FakeEscrows, "escrows"),
    "sagas": (FakeSagas, "sagas"),
    "disputes": (FakeDisputes, "disputes"),
    "payouts": (FakePayouts, "payouts"),
    "books": (FakeBooks, "books"),
    "journals": (FakeJournals, "journals"),
    "balances": (FakeBalances, "balances"),
    "payout_accounts": (FakePayoutAccounts, "accounts"),
    "reconciliations": (FakeReconciliations, "reconciliations"),
    "chargebacks": (FakeChargebacks, "chargebacks"),
    "coupons": (FakeCoupons, "coupons", "redemptions"),
    "customers": (FakeCustomers, "customers", "removals"),
    "webhook_events": (FakeWebhookEvents, "webhooks"),
    "due": (FakeDues, "due"),
    "documents": (FakeDocuments, "documents"),
    "series": (FakeSeries, "series"),
    "transactions": (FakeTransactions, "transactions"),
    "tallies": (FakeTallies, "tallies"),
    "people": (FakePeople, "people"),
    "billing": (FakeBilling, "billing"),
    "brands": (FakeBrands, "brands"),
    "plans": (FakePlans, "plans"),
    "subscriptions": (FakeSubscriptions, "subscriptions"),
    "bills": (FakeBills, "bills"),
    "subscribers": (FakeSubscribers, "subscribers"),
    "memberships": (FakeMemberships, "memberships"),
    "bill_chargebacks": (FakeBillChargebacks, "bill_chargebacks"),
}


class FakeWebhooks:
    """A payload reads `event id,type,saga id or user id or the processor's id`; the signature is `good`."""

    def read(self, payload: str, signature: str) -> Webhook:
        if signature != "good":
            raise BadSignature
        event_id, event_type, id = payload.split(",")
        user_id = id if id.startswith("user_") else None
        object_id = id if id.startswith("du_") else None
        return Webhook(event_id, event_type, None if user_id or object_id else id or None, user_id, object_id)


@dataclass
class FakeCalls:
    """Set by the test before each call."""

    call_key: str = "key"
    run: int = 0

    def key(self) -> str:
        return self.call_key

    def driver(self) -> str:
        return f"run-{self.run}"


@dataclass
class FakePatience:
    """Lets the test do something while a command waits, a few times."""

    meanwhile: Callable[[], None] = lambda: None
    looks: int = 3

    def until(self, done: Callable[[], bool]) -> None:
        for _ in range(self.looks):
            if done():
                return
            self.meanwhile()
