"""State, events, inbox record and answer commit together or not at all, and take effect once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any, TypeVar

import orjson
import pytest
from mongoengine import IntField
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from pydantic import ValidationError
from pymongo.client_session import ClientSession
from pymongo.errors import OperationFailure

from chassis.clock import FixedClock
from chassis.context import AlreadyHandled, AnsweredBefore
from chassis.documents import DocumentCollection, StaleVersion, VersionedDocument
from chassis.idempotency import IdempotencyKeyReused
from chassis.ids import decode_id, new_id
from chassis.mongo import LostRace, MongoUnitOfWork, Store, retrying
from contracts.base import View
from contracts.identity.events import EmailVerificationRequested, EmailVerified

T = TypeVar("T")
Context = Callable[..., AbstractContextManager[None]]


class CounterDocument(VersionedDocument):
    meta = {"collection": "counters"}  # noqa: RUF012 - mongoengine's way
    value = IntField(required=True)


class CounterView(View):
    value: int


class UnitOfWork(MongoUnitOfWork):
    def open(self, session: ClientSession) -> None:
        self.counters: DocumentCollection[CounterDocument] = DocumentCollection(CounterDocument, session)


def verified(user_id: str, email: str = "ada@example.org") -> EmailVerified:
    return EmailVerified(user_id=user_id, email=email)


def add_one(store: Store) -> CounterView:
    """A use case: counts to one more and tells of it."""
    with UnitOfWork(store) as work:
        counter = work.counters.get("c")
        if counter is None:
            counter = CounterDocument(id="c", value=1)
            work.counters.insert(counter)
        else:
            counter.value += 1
            work.counters.replace(counter, counter.version)
        return work.answer(CounterView(value=counter.value))


def fail(store: Store) -> None:
    """A use case that has done all its work when something goes wrong."""
    with UnitOfWork(store) as work:
        work.counters.insert(CounterDocument(id="c", value=1))
        work.emit(verified(new_id("user")))
        work.answer(CounterView(value=1))
        raise LookupError


def patiently(work: Callable[[], T]) -> T:
    """`retrying`, and again when it gives up, as a redelivery does: how often a race is lost depends on how busy the machine is."""
    while True:
        try:
            return retrying(work)
        except (OperationFailure, LostRace, StaleVersion):
            continue


def test_state_and_events_commit_together(store: Store) -> None:
    user = new_id("user")
    with UnitOfWork(store) as work:
        work.counters.insert(CounterDocument(id="c", value=1))
        work.emit(verified(user))
        assert store.database["outbox"].count_documents({}) == 0
    assert store.database["counters"].find_one({"_id": "c"}) == {"_id": "c", "version": 1, "value": 1}
    row = store.database["outbox"].find_one({})
    assert row is not None
    assert decode_id(row.pop("_id"))[0] == "event"
    assert orjson.loads(row.pop("body")) == {"user_id": user, "email": "ada@example.org"}
    assert row == {
        "source": "identity",
        "type": "identity.email_verified.v1",
        "subject": user,
        "sequence": 1,
        "key": f"identity/{user}/1",
        "time": store.clock.now(),
        "dataschema": "urn:openchance:event:identity.email_verified.v1",
        "traceparent": None,
        "public": False,
        "secret": False,
        "pending": True,
    }


def test_an_error_rolls_back_state_and_events(store: Store) -> None:
    with pytest.raises(LookupError):
        fail(store)
    for name in ("counters", "outbox", "outbox_sequences"):
        assert store.database[name].count_documents({}) == 0


def test_an_event_carries_the_trace_it_came_from(store: Store) -> None:
    with trace.use_span(TracerProvider().get_tracer("test").start_span("request")) as _, UnitOfWork(store) as work:
        span = trace.get_current_span().get_span_context()
        work.emit(verified(new_id("user")))
    row = store.database["outbox"].find_one({})
    assert row is not None
    assert row["traceparent"].rpartition("-")[0] == f"00-{span.trace_id:032x}-{span.span_id:016x}"


def test_a_secret_event_is_marked_for_forgetting(store: Store, clock: FixedClock) -> None:
    with UnitOfWork(store) as work:
        work.emit(
            EmailVerificationRequested(
                user_id=new_id("user"), email="a@b.c", display_name="Ada", locale="en", token="t", expires_at=clock.now()
            )
        )
    assert store.database["outbox"].count_documents({"secret": True}) == 1


def test_an_event_that_breaks_its_schema_is_refused_before_commit(store: Store) -> None:
    with pytest.raises(ValidationError), UnitOfWork(store) as work:
        work.emit(EmailVerified.model_construct(user_id="not an id", email="ada@example.org"))
    assert store.database["outbox"].count_documents({}) == 0


def test_of_two_writers_one_is_told_that_its_version_is_stale(store: Store) -> None:
    add_one(store)
    with UnitOfWork(store) as work:
        mine, theirs = work.counters.get("c"), work.counters.get("c")
    assert mine is not None
    assert theirs is not None
    with UnitOfWork(store) as work:
        work.counters.replace(mine, 1)
    assert mine.version == 2
    with pytest.raises(StaleVersion), UnitOfWork(store) as work:
        work.counters.replace(theirs, 1)
    with pytest.raises(StaleVersion), UnitOfWork(store) as work:
        work.counters.replace(CounterDocument(id="missing", value=1), 1)


def test_concurrent_writers_lose_no_update(store: Store) -> None:
    threads, rounds = 4, 10
    with ThreadPoolExecutor(threads) as pool:
        for _ in range(rounds):
            list(pool.map(lambda _: patiently(lambda: add_one(store)), range(threads)))
    counter = DocumentCollection(CounterDocument).get("c")
    assert counter is not None
    assert (counter.value, counter.version) == (threads * rounds, threads * rounds)


def test_sequences_have_no_gaps_under_concurrent_writers(store: Store) -> None:
    users = [new_id("user"), new_id("user")]
    aborted = set(range(0, 60, 7))

    def tell(number: int) -> None:
        with UnitOfWork(store) as work:
            for user in users:
                work.emit(verified(user, f"{number}@example.org"))
                work.emit(verified(user, f"{number}@example.net"))
            if number in aborted:
                raise LookupError

    def attempt(number: int) -> None:
        try:
            patiently(lambda: tell(number))
        except LookupError:
            return

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(attempt, range(60)))
    for user in users:
        rows = list(store.database["outbox"].find({"subject": user}, sort=[("sequence", 1)]))
        assert [row["sequence"] for row in rows] == list(range(1, 2 * (60 - len(aborted)) + 1))
        domains = [orjson.loads(row["body"])["email"].split("@")[1] for row in rows]
        assert domains == ["example.org", "example.net"] * (60 - len(aborted))  # a transaction's events stay together, in order


def test_a_command_sent_again_is_answered_as_before_and_does_nothing(store: Store, answering: Context) -> None:
    with answering():
        assert add_one(store) == CounterView(value=1)
        with pytest.raises(AnsweredBefore) as answered:
            add_one(store)
    assert answered.value.answer == {"value": 1}
    assert store.database["counters"].count_documents({"value": 1}) == 1


def test_a_key_used_for_another_request_is_refused(store: Store, answering: Context) -> None:
    with answering(fingerprint="body-1"):
        add_one(store)
    with answering(fingerprint="body-2"), pytest.raises(IdempotencyKeyReused) as refused:
        add_one(store)
    assert refused.value.problem().code == "chassis.idempotency_key.reused"


@pytest.mark.parametrize("other", [{"caller": "user-2"}, {"method": "wave"}, {"key": "key-2"}, {"key": None}])
def test_a_key_belongs_to_its_caller_and_method(store: Store, answering: Context, other: dict[str, Any]) -> None:
    with answering():
        add_one(store)
    with answering(**other):
        assert add_one(store) == CounterView(value=2)


def test_a_command_that_failed_may_be_sent_again(store: Store, answering: Context) -> None:
    with answering():
        with pytest.raises(LookupError):
            fail(store)
        assert add_one(store) == CounterView(value=1)


def test_of_equal_commands_at_once_one_takes_effect_and_all_get_its_answer(store: Store, answering: Context) -> None:
    count = 8
    together = threading.Barrier(count)

    def send(_: int) -> dict[str, Any]:
        with answering():
            together.wait(10)
            try:
                return patiently(lambda: add_one(store)).model_dump()
            except AnsweredBefore as before:
                return before.answer

    with ThreadPoolExecutor(count) as pool:
        assert list(pool.map(send, range(count))) == [{"value": 1}] * count
    assert store.database["counters"].find_one({"_id": "c"}) == {"_id": "c", "version": 1, "value": 1}


def test_an_event_delivered_again_is_not_handled_again(store: Store, handling: Context) -> None:
    with handling("event-1"):
        add_one(store)
    with handling("event-1"), pytest.raises(AlreadyHandled):
        add_one(store)
    with handling("event-1", handler="greeter.on_other"):
        add_one(store)
    with handling("event-2"):
        add_one(store)
    counter = DocumentCollection(CounterDocument).get("c")
    assert counter is not None
    assert counter.value == 3


def test_an_event_whose_handler_failed_is_handled_when_it_comes_again(store: Store, handling: Context) -> None:
    with handling("event-1"):
        with pytest.raises(LookupError):
            fail(store)
        add_one(store)  # the same delivery, run again after a lost race
    with handling("event-1"), pytest.raises(AlreadyHandled):
        add_one(store)


def test_an_event_delivered_twice_at_once_is_handled_once(store: Store, handling: Context) -> None:
    count = 6
    together = threading.Barrier(count)

    def handle(_: int) -> bool:
        with handling("event-1"):
            together.wait(10)
            try:
                patiently(lambda: add_one(store))
            except AlreadyHandled:
                return False
            return True

    with ThreadPoolExecutor(count) as pool:
        assert sorted(pool.map(handle, range(count))) == [False] * (count - 1) + [True]


def test_a_second_unit_of_work_in_one_delivery_is_a_bug(store: Store, handling: Context) -> None:
    with handling("event-1"):
        add_one(store)
        with pytest.raises(RuntimeError, match="second unit of work"):
            add_one(store)


def test_records_are_kept_for_a_month_and_sent_events_for_a_week(store: Store) -> None:
    kept = {
        name: [index["expireAfterSeconds"] for index in store.database[name].index_information().values() if "expireAfterSeconds" in index]
        for name in ("inbox", "idempotency", "outbox")
    }
    month, week = timedelta(days=30).total_seconds(), timedelta(days=7).total_seconds()
    assert kept == {"inbox": [month], "idempotency": [month], "outbox": [week]}
