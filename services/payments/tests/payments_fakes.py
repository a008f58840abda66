"""Fakes of payments' ports: memory that commits like a database, and a processor that answers like Stripe."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import TracebackType
from typing import Any, Self, TypeVar

from chassis.mongo import LostRace
from contracts.base import Event, View
from payments.domain.errors import BadSignature, InvariantBroken, ProviderUnavailable
from payments.domain.escrow import Escrow
from payments.domain.ledger import Account, Balance, Book, Journal
from payments.domain.payout import Payout
from payments.domain.saga import Saga, SagaStatus
from payments.usecases.ports import Intent, IntentStatus, Movement, MovementStatus, ProviderRefused, Webhook

V = TypeVar("V", bound=View)
T = TypeVar("T")
Row = TypeVar("Row", Escrow, Saga, Payout)


class Crash(BaseException):
    """The process dies here."""


@dataclass
class CrashPoints:
    """Counts the points between two effects, and ends the process at the armed one."""

    passed: int = 0
    armed: int | None = None

    def pass_by(self) -> None:
        here, self.passed = self.passed, self.passed + 1
        if here == self.armed:
            raise Crash(here)

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
    """A copy of everything, put in the place of what is committed if nobody else committed meanwhile."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def __enter__(self) -> Self:
        self._began_at = self._memory.commits
        tables = {name: dict(rows) for name, rows in self._memory.tables.items()}
        self._tables = tables
        self._events: list[Event] = []
        self.escrows = FakeEscrows(tables.setdefault("escrows", {}))
        self.sagas = FakeSagas(tables.setdefault("sagas", {}))
        self.payouts = FakePayouts(tables.setdefault("payouts", {}))
        self.books = FakeBooks(tables.setdefault("books", {}))
        self.journals = FakeJournals(tables.setdefault("journals", {}))
        self.balances = FakeBalances(tables.setdefault("balances", {}))
        self.connected_accounts = FakeConnectedAccounts(tables.setdefault("accounts", {}))
        self.webhook_events = FakeWebhookEvents(tables.setdefault("webhooks", {}))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if kind is not None:
            return
        changed = self._events or {k: v for k, v in self._tables.items() if v} != {k: v for k, v in self._memory.tables.items() if v}
        if not changed:
            return
        self._memory.crashes.pass_by()  # before the commit
        if self._memory.commits != self._began_at:
            raise LostRace
        self._memory.tables, self._memory.commits = self._tables, self._memory.commits + 1
        self._memory.events.extend(self._events)
        self._memory.crashes.pass_by()  # after it

    def emit(self, event: Event) -> None:
        type(event).model_validate_json(event.model_dump_json(), strict=True)
        self._events.append(event)

    def answer(self, view: V) -> V:
        return view


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

    def active_of_payee(self, user_id: str) -> list[Escrow]:
        return [row for row in self.rows.values() if row.payee_id == user_id and row.holds_or_awaits_money]

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
        due = [row for row in self.rows.values() if row.status is SagaStatus.RUNNING and row.due_at <= at]
        return sorted(due, key=lambda row: row.due_at)[:limit]

    def add(self, saga: Saga) -> None:
        self._add(saga)

    def save(self, saga: Saga) -> Saga:
        return self._save(saga)


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

    def of_book(self, book_id: str) -> list[Journal]:
        return sorted((row for row in self.rows.values() if row.book == book_id), key=lambda row: row.number)


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
class FakeConnectedAccounts:
    rows: dict[str, str]

    def get(self, user_id: str) -> str | None:
        return self.rows.get(user_id)

    def add(self, user_id: str, account_id: str, at: datetime) -> None:
        if user_id in self.rows:
            raise LostRace
        self.rows[user_id] = account_id


@dataclass
class FakeWebhookEvents:
    rows: dict[str, str]

    def is_known(self, event_id: str) -> bool:
        return event_id in self.rows

    def add(self, event_id: str, event_type: str, at: datetime) -> None:
        if event_id in self.rows:
            raise LostRace
        self.rows[event_id] = event_type


@dataclass
class FakeStripe:
    """A processor with Stripe's rules: keys repeat answers, an intent charges once, nothing gives more than it got.

    `down` fails calls before they do anything; `mute` fails them after. `refuse` refuses the next calls of a name. `asked` and
    `answering` let a test do something between a call, its effect and its answer.
    """

    crashes: CrashPoints = field(default_factory=CrashPoints)
    intents: dict[str, Intent] = field(default_factory=dict)
    transfers: dict[str, dict[str, Any]] = field(default_factory=dict)
    refunds: dict[str, dict[str, Any]] = field(default_factory=dict)
    payouts: dict[str, dict[str, Any]] = field(default_factory=dict)
    accounts: list[str] = field(default_factory=list)
    refuse: dict[str, list[str]] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    asked: Callable[[str], None] = lambda name: None
    answering: Callable[[str], None] = lambda name: None
    down: bool = False
    mute: bool = False
    refund_status: MovementStatus = MovementStatus.SUCCEEDED
    payout_status: MovementStatus = MovementStatus.PENDING
    _answers: dict[str, tuple[tuple[Any, ...], Any]] = field(default_factory=dict)

    def forget_keys(self) -> None:
        """A day has passed."""
        self._answers.clear()

    def create_intent(self, *, amount: int, currency: str, escrow_id: str, saga_id: str, key: str) -> Intent:
        def effect() -> Intent:
            intent = Intent(f"pi_{len(self.intents)}", IntentStatus.UNCONFIRMED, amount, currency)
            self.intents[intent.id] = intent
            return intent

        return self._once("create_intent", key, (amount, currency, escrow_id, saga_id), effect)

    def confirm_intent(self, intent_id: str, payment_method: str, *, key: str) -> Intent:
        def effect() -> Intent:
            intent = self.intents[intent_id]
            if intent.status is not IntentStatus.UNCONFIRMED:
                raise ProviderRefused("payment_intent_unexpected_state")
            if payment_method == "pm_missing":
                raise ProviderRefused("resource_missing")
            if payment_method == "pm_card_chargeDeclined":
                return replace(intent, status=IntentStatus.DECLINED, code="generic_decline")
            if payment_method == "pm_card_authenticationRequired":
                return self.become(intent_id, IntentStatus.REQUIRES_ACTION, action_url="https://bank.example/3ds")
            if payment_method == "pm_bankDebit":
                return self.become(intent_id, IntentStatus.PROCESSING)
            return self.succeed(intent_id)

        return self._once("confirm_intent", key, (intent_id, payment_method), effect)

    def succeed(self, intent_id: str) -> Intent:
        return self.become(intent_id, IntentStatus.SUCCEEDED, charge_id=f"ch_{intent_id}")

    def become(self, intent_id: str, status: IntentStatus, **changes: Any) -> Intent:
        self.intents[intent_id] = replace(self.intents[intent_id], status=status, **changes)
        return self.intents[intent_id]

    def get_intent(self, intent_id: str) -> Intent:
        self._look("get_intent")
        return self.intents[intent_id]

    def cancel_intent(self, intent_id: str, *, key: str) -> Intent:
        def effect() -> Intent:
            if self.intents[intent_id].status in (IntentStatus.SUCCEEDED, IntentStatus.CANCELED):
                raise ProviderRefused("payment_intent_unexpected_state")
            return self.become(intent_id, IntentStatus.CANCELED)

        return self._once("cancel_intent", key, (intent_id,), effect)

    def create_account(self, user_id: str, *, key: str) -> str:
        def effect() -> str:
            self.accounts.append(user_id)
            return f"acct_{len(self.accounts)}"

        return self._once("create_account", key, (user_id,), effect)

    def transfer(self, *, amount: int, currency: str, account_id: str, charge_id: str, escrow_id: str, saga_id: str, key: str) -> str:
        def effect() -> str:
            if amount > self._left(charge_id):
                raise ProviderRefused("insufficient_funds")
            transfer_id = f"tr_{len(self.transfers)}"
            self.transfers[transfer_id] = {"amount": amount, "charge": charge_id, "escrow": escrow_id, "saga": saga_id, "to": account_id}
            return transfer_id

        return self._once("transfer", key, (amount, currency, account_id, charge_id, escrow_id, saga_id), effect)

    def find_transfer(self, *, escrow_id: str, saga_id: str) -> str | None:
        self._look("find_transfer")
        return next((id for id, row in self.transfers.items() if row["saga"] == saga_id and row["escrow"] == escrow_id), None)

    def refund(self, *, charge_id: str, amount: int, currency: str, saga_id: str, key: str) -> Movement:
        def effect() -> Movement:
            if amount > self._left(charge_id):
                raise ProviderRefused("charge_already_refunded")
            refund_id = f"re_{len(self.refunds)}"
            self.refunds[refund_id] = {"amount": amount, "charge": charge_id, "saga": saga_id, "status": self.refund_status}
            return self._refund(refund_id)

        return self._once("refund", key, (charge_id, amount, currency, saga_id), effect)

    def get_refund(self, refund_id: str) -> Movement:
        self._look("get_refund")
        return self._refund(refund_id)

    def find_refund(self, *, charge_id: str, saga_id: str) -> Movement | None:
        self._look("find_refund")
        found = (id for id, row in self.refunds.items() if row["saga"] == saga_id and row["charge"] == charge_id)
        return next((self._refund(id) for id in found), None)

    def pay_out(self, *, account_id: str, amount: int, currency: str, saga_id: str, key: str) -> Movement:
        def effect() -> Movement:
            payout_id = f"po_{len(self.payouts)}"
            self.payouts[payout_id] = {"amount": amount, "account": account_id, "saga": saga_id, "status": self.payout_status}
            return self._payout(payout_id)

        return self._once("pay_out", key, (account_id, amount, currency, saga_id), effect)

    def get_payout(self, account_id: str, payout_id: str) -> Movement:
        self._look("get_payout")
        return self._payout(payout_id)

    def find_payout(self, *, account_id: str, saga_id: str, since: datetime) -> Movement | None:
        self._look("find_payout")
        return next((self._payout(id) for id, row in self.payouts.items() if row["saga"] == saga_id), None)

    def _refund(self, refund_id: str) -> Movement:
        status = self.refunds[refund_id]["status"]
        return Movement(refund_id, status, "expired_or_canceled_card" if status is MovementStatus.FAILED else None)

    def _payout(self, payout_id: str) -> Movement:
        status = self.payouts[payout_id]["status"]
        return Movement(payout_id, status, "account_closed" if status is MovementStatus.FAILED else None)

    def _left(self, charge_id: str) -> int:
        intent = next(row for row in self.intents.values() if row.charge_id == charge_id)
        gone = [row["amount"] for row in self.transfers.values() if row["charge"] == charge_id]
        gone += [
            row["amount"] for row in self.refunds.values() if row["charge"] == charge_id and row["status"] is not MovementStatus.FAILED
        ]
        return int(intent.amount - sum(gone))

    def _look(self, name: str) -> None:
        self.crashes.pass_by()
        self.calls.append((name, ""))
        if self.down:
            raise ProviderUnavailable

    def _once(self, name: str, key: str, params: tuple[Any, ...], effect: Callable[[], T]) -> T:
        self.crashes.pass_by()  # before the call
        self.calls.append((name, key))
        if self.down:
            raise ProviderUnavailable
        if self.refuse.get(name):
            raise ProviderRefused(self.refuse[name].pop(0))
        self.asked(name)
        if key not in self._answers:
            self._answers[key] = (params, effect())
        known, answer = self._answers[key]
        kept: T = answer
        if known != params:
            raise AssertionError(f"the key {key} was used with other parameters")
        self.crashes.pass_by()  # done, but the answer is lost
        if self.mute:
            raise ProviderUnavailable
        self.answering(name)
        return kept


class FakeWebhooks:
    """A payload reads `event id,type,saga id`; the signature is `good`."""

    def read(self, payload: str, signature: str) -> Webhook:
        if signature != "good":
            raise BadSignature
        event_id, event_type, saga_id = payload.split(",")
        return Webhook(event_id, event_type, saga_id or None)


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
