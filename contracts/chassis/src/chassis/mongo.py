"""The database of a service: its connection, its unit of work (one transaction), and running again after a lost race."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar

import mongoengine
from pymongo import MongoClient
from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import ConnectionFailure, DuplicateKeyError, PyMongoError, ServerSelectionTimeoutError
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from chassis import idempotency, inbox
from chassis.clock import Clock
from chassis.context import current_call, current_delivery
from chassis.crash_points import declare, reached
from chassis.documents import StaleVersion, VersionedDocument
from chassis.outbox import Outbox
from chassis.privacy.erased_people import ErasedPeople
from contracts.base import Event, View

T = TypeVar("T")
V = TypeVar("V", bound=View)

_ATTEMPTS = 8  # where nobody waits for the answer
_MOST_ATTEMPTS = 100  # before a deadline, however far away
_FIRST_PAUSE_SECONDS = 0.01
_LONGEST_PAUSE_SECONDS = 1.0
_TO_ANSWER_SECONDS = 0.25  # left of the deadline for the refusal to arrive
_LONGEST_WAIT_SECONDS = 0.5
_COMMIT_SECONDS = 10.0
_MAJORITY = WriteConcern(w="majority", j=True)
_second_attempts = threading.Lock()
declare(
    {
        "unit_of_work.written": "all that the transaction writes is written, the commit is not asked for",
        "unit_of_work.committed": "the transaction is committed, nobody knows of it",
    }
)


class MongoSettings(Protocol):
    """What the store needs to know."""

    @property
    def mongo_url(self) -> str: ...
    @property
    def mongo_database(self) -> str: ...


def connect(url: str) -> MongoClient[dict[str, Any]]:
    """A client whose writes are durable when they are acknowledged and whose moments are aware."""
    return MongoClient(
        url,
        tz_aware=True,
        tzinfo=UTC,
        uuidRepresentation="standard",
        w="majority",
        journal=True,
        readConcernLevel="majority",
        connectTimeoutMS=2_000,
        serverSelectionTimeoutMS=3_000,  # calls fail closed while the database is away
        heartbeatFrequencyMS=2_000,  # a server that went silent is known for it in four seconds, and nobody waits for it any more
        socketTimeoutMS=20_000,
        maxIdleTimeMS=60_000,
    )


@dataclass(frozen=True, slots=True)
class Store:
    """The database of this process, opened once."""

    client: MongoClient[dict[str, Any]]
    database: Database[dict[str, Any]]
    clock: Clock
    new_id: Callable[[str], str]

    @classmethod
    def open(cls, settings: MongoSettings, clock: Clock, new_id: Callable[[str], str]) -> Self:
        """Connect, lazily, and make this client mongoengine's default connection."""
        client = connect(settings.mongo_url)
        # Handing over the client keeps it at one pool, and at one database whatever the URL names.
        mongoengine.connect(
            db=settings.mongo_database, alias="default", mongo_client_class=lambda **_: client, uuidRepresentation="standard"
        )
        return cls(client, client[settings.mongo_database], clock, new_id)

    def ping(self) -> None:
        """Ask whether the database answers.

        Raises:
            pymongo.errors.PyMongoError: it does not.
        """
        self.database.command("ping")

    def close(self) -> None:
        mongoengine.disconnect(alias="default")
        # mongoengine forgets the collections of documents by class name, and so one of two classes of a name: tests load several services.
        for document in _below(VersionedDocument):
            document._disconnect()
        self.client.close()


def _below(kind: type[VersionedDocument]) -> Iterator[type[VersionedDocument]]:
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)


class LostRace(Exception):
    """Another transaction wrote the same record first: run again and see what it wrote."""


class MongoUnitOfWork:
    """One transaction: repositories, outbox, inbox record and answer commit together or not at all.

    A service subclasses it and hangs its repositories on it in `open`. An instance is entered once.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def open(self, session: ClientSession) -> None:
        """Make the repositories, each on this session."""

    def __enter__(self) -> Self:
        """Begin.

        Raises:
            AlreadyHandled: the event that is handled now was handled before.
            AnsweredBefore: the command that runs now was answered before.
            IdempotencyKeyReused: the command's key was used with another request.
        """
        self._session = self._store.client.start_session()
        self._outbox = Outbox(self._store.database, self._session, self._store.clock, self._store.new_id)
        self._took_delivery = False
        try:
            self._session.start_transaction(read_concern=ReadConcern("majority"), write_concern=_MAJORITY)
            self._admit()
            self.open(self._session)
        except BaseException:
            self._abort()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            if kind is None:
                self._write_outbox()
                reached("unit_of_work.written")
                _commit(self._session)
                reached("unit_of_work.committed")
        except BaseException:
            self._abort()
            raise
        if kind is None:
            self._session.end_session()
        else:
            self._abort()

    @property
    def session(self) -> ClientSession:
        """Of the transaction that is open, for adapters."""
        return self._session

    def emit(self, event: Event) -> None:
        """Publish this event if, and only if, the transaction commits. Events of one subject keep their order.

        Raises:
            pydantic.ValidationError: the event does not fit its own schema.
        """
        self._outbox.add(event)

    def erased(self, user_id: str) -> bool:
        """Whether this person was erased: nothing of them may be kept any more, whatever an old event tells."""
        return ErasedPeople(self._store.database, self._session).has(user_id)

    def answer(self, view: V) -> V:
        """Keep the view as the answer to the call's idempotency key, where it has one; returns the view."""
        call = current_call.get()
        if call is not None:
            try:
                idempotency.record(self._store.database, self._session, call, view, self._store.clock.now())
            except DuplicateKeyError as error:
                raise LostRace("the same command was answered in the meantime") from error
        return view

    def _admit(self) -> None:
        delivery = current_delivery.get()
        if delivery is not None:
            inbox.take(self._store.database, self._session, delivery, self._store.clock.now())
            self._took_delivery = True
        call = current_call.get()
        if call is not None:
            idempotency.check(self._store.database, self._session, call)

    def _write_outbox(self) -> None:
        try:
            self._outbox.write()
        except DuplicateKeyError as error:
            raise LostRace("another transaction took the same sequence numbers") from error

    def _abort(self) -> None:
        if self._took_delivery:
            inbox.hand_back()
        self._session.end_session()  # aborts what is not committed


def retrying(work: Callable[[], T]) -> T:
    """Run `work`, and again after a lost race (write conflict, stale version) or a broken connection.

    An RPC goes on until shortly before its caller's deadline: many who write one record at once come to pass one by one.
    What has no deadline (an event, a timer) is given up after 8 attempts: it comes again anyway.
    Who lost a race runs again one at a time in this process, so that those who want one record do not collide for ever.
    `work` is a whole use case: it begins its units of work anew, so everything it does must be safe to do again.

    Raises:
        Exception: the last one, when there is no time for another attempt or running again cannot help.
    """
    attempt = 0
    while True:
        attempt += 1
        try:
            with _single_file(attempt):
                return work()
        except (PyMongoError, StaleVersion, LostRace) as error:
            ceiling = min(_LONGEST_PAUSE_SECONDS, _FIRST_PAUSE_SECONDS * 2**attempt)
            pause = random.uniform(0, ceiling)  # noqa: S311 - jitter, so that those who collided do not collide again
            if not _may_pass(error) or not _may_run_again(attempt, pause):
                raise
        time.sleep(pause)


@contextmanager
def _single_file(attempt: int) -> Iterator[None]:
    """From the second attempt on, one after the other; who waits too long (somebody there waits for a vendor) goes on regardless."""
    taken = attempt > 1 and _second_attempts.acquire(timeout=_LONGEST_WAIT_SECONDS)
    try:
        yield
    finally:
        if taken:
            _second_attempts.release()


def _may_pass(error: PyMongoError | StaleVersion | LostRace) -> bool:
    if isinstance(error, StaleVersion):
        return not error.asked_by_client
    if isinstance(error, LostRace):
        return True
    # While no server can be found each attempt takes seconds: the caller is told at once.
    return error.has_error_label("TransientTransactionError") and not isinstance(error, ServerSelectionTimeoutError)


def may_heal(error: PyMongoError | LostRace) -> bool:
    """Whether the database was away or overtaken, as against asked something it refuses: worth trying again later."""
    if isinstance(error, LostRace | ConnectionFailure) or error.timeout:
        return True
    return error.has_error_label("TransientTransactionError") or error.has_error_label("UnknownTransactionCommitResult")


def _may_run_again(attempt: int, pause: float) -> bool:
    call = current_call.get()
    if call is None or call.deadline is None:
        return attempt < _ATTEMPTS
    left = (call.deadline - datetime.now(UTC)).total_seconds()
    return attempt < _MOST_ATTEMPTS and pause + _TO_ANSWER_SECONDS < left


def _commit(session: ClientSession) -> None:
    """Commit; while the outcome is unknown ask again, which MongoDB answers with the outcome of the first time."""
    give_up_at = time.monotonic() + _COMMIT_SECONDS
    while True:
        try:
            session.commit_transaction()
        except PyMongoError as error:
            if not error.has_error_label("UnknownTransactionCommitResult") or time.monotonic() >= give_up_at:
                raise
            time.sleep(0.05)
        else:
            return
