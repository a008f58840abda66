"""What a service's machinery remembers of a person is found by their id and emptied; what it knows of others stays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import ModuleType, SimpleNamespace
from typing import Any, cast

import pytest
from pymongo.errors import (
    AutoReconnect,
    ExecutionTimeout,
    NetworkTimeout,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
)

from chassis.clock import FixedClock
from chassis.ids import new_id
from chassis.mongo import Store
from chassis.privacy import traces
from chassis.privacy.erased_people import ErasedPeople
from chassis.privacy.keeping import ERASED, CursorInvalid, Keeper, Kept, MongoKeeper, by
from chassis.privacy.service import Privacy
from chassis.wiring import Resources
from contracts.identity.events import PersonDeletionStarted
from contracts.privacy.events import PersonDataErased
from contracts.privacy.views import ObligationView

NOW = datetime(2030, 1, 1, tzinfo=UTC)
ADA, BOB = new_id("user"), new_id("user")


def type_name(value: object) -> str:
    return type(value).__name__


@pytest.fixture
def store(open_store) -> Store:
    nothing = ModuleType("nothing")
    nothing.__path__ = []  # a package of no migrations: those of the chassis are made
    return open_store(nothing, NOW)


def body(person: str) -> bytes:
    return f'{{"user_id": "{person}", "text": "private"}}'.encode()


def test_sent_events_answers_and_dead_letters_are_emptied(store: Store) -> None:
    database = store.database
    for number, person in enumerate((ADA, BOB)):
        database.outbox.insert_one({"_id": f"sent {number}", "key": f"sent {number}", "body": body(person), "sent_at": NOW})
        database.idempotency.insert_one({"_id": f"anonymous/x/{number}", "answer": body(person), "answered_at": NOW})
        letter = {
            "key": f"{number}",
            "status": "waiting",
            "event_type": "identity.email_verified.v1",
            "queue": "q",
            "error": "ValueError: private",
        }
        database.dead_letters.insert_one({"_id": f"letter {number}", **letter, "body": body(person), "traceback": "private"})
    of_erasing = {
        "_id": "letter of erasing",
        "key": "e",
        "event_type": PersonDeletionStarted.type(),
        "status": "waiting",
        "body": body(ADA),
    }
    database.dead_letters.insert_one(of_erasing)
    database.outbox.insert_one({"_id": "pending", "key": "pending", "body": body(ADA), "pending": True})

    assert traces.waits_to_be_sent(database, ADA)
    database.outbox.update_one({"_id": "pending"}, {"$set": {"pending": "messaging.on_email_verified"}})  # it waits for this queue
    assert traces.waits_to_be_sent(database, ADA)
    assert not traces.waits_to_be_sent(database, BOB)
    assert traces.forget(database, ADA, NOW) == {"outbox": 1, "idempotency": 1, "dead_letters": 1}
    assert traces.forget(database, ADA, NOW) == {"outbox": 0, "idempotency": 0, "dead_letters": 0}
    assert {row["_id"] for row in database.outbox.find({"body": {"$exists": True}})} == {"sent 1", "pending"}
    assert [row["_id"] for row in database.idempotency.find({})] == ["anonymous/x/1"]
    emptied = database.dead_letters.find_one({"_id": "letter 0"})
    assert emptied
    assert (emptied["status"], emptied["error"], "body" in emptied, "traceback" in emptied) == ("discarded", "erased", False, False)
    waiting = {row["_id"] for row in database.dead_letters.find({"status": "waiting"})}
    assert waiting == {"letter 1", "letter of erasing"}


def test_somebody_is_swept_twice_and_remembered_for_good(store: Store) -> None:
    people = ErasedPeople(store.database)
    assert not people.has(ADA)
    people.note(ADA, "deletion_1", NOW)
    people.note(ADA, "deletion_1", NOW + timedelta(hours=1))
    assert [row["_id"] for row in people.due(NOW, 10)] == [ADA]
    assert people.done(ADA, NOW)
    assert people.due(NOW + timedelta(seconds=59), 10) == []
    assert [row["_id"] for row in people.due(NOW + timedelta(seconds=60), 10)] == [ADA]
    assert not people.done(ADA, NOW + timedelta(seconds=60))
    assert people.due(NOW + timedelta(days=1000), 10) == []
    assert people.has(ADA)


class Troublesome:
    """Keeps nothing; who is in `busy` cannot be erased yet, the look at who is in `broken` and erasing who is in `failing` fail."""

    def __init__(self) -> None:
        self.busy: set[str] = set()
        self.broken: set[str] = set()
        self.failing: dict[str, PyMongoError] = {}
        self.looked_at: list[str] = []

    def obligations(self, user_id: str) -> list[ObligationView]:
        self.looked_at.append(user_id)
        if user_id in self.broken:
            raise RuntimeError("a bug")
        return [ObligationView(kind="running_engagement", subject="x", detail="x")] if user_id in self.busy else []

    def erase(self, user_id: str) -> dict[str, int]:
        if user_id in self.failing:
            raise self.failing[user_id]
        return {}


def privacy_of(store: Store, keeper: Troublesome) -> Privacy:
    settings: Any = SimpleNamespace(service=lambda: "greeter")
    keys: Any = SimpleNamespace(forget=lambda _: None)
    return Privacy(Resources(settings, store, store.clock, new_id), cast("Keeper", keeper), keys)


def test_those_who_cannot_be_erased_yet_hold_up_nobody(store: Store) -> None:
    keeper, clock = Troublesome(), store.clock
    assert isinstance(clock, FixedClock)
    privacy = privacy_of(store, keeper)
    waiting, broken = [new_id("user") for _ in range(20)], new_id("user")
    for user_id in (broken, *waiting, ADA):
        privacy.note(PersonDeletionStarted(user_id=user_id, deletion_id=new_id("deletion")))
    keeper.busy, keeper.broken = set(waiting), {broken}
    privacy.erase()
    privacy.erase()

    def erased() -> set[str]:
        return {row["_id"] for row in store.database.erased_people.find({"done_at": {"$ne": None}})}

    assert erased() == {ADA}
    told = {row["_id"]: row["waits_for"] for row in store.database.erased_people.find({"done_at": None})}
    assert told == {broken: ["failed"], **{key: ["running_engagement"] for key in waiting}}
    keeper.looked_at.clear()
    privacy.erase()
    assert keeper.looked_at == []
    keeper.busy, keeper.broken = set(), set()
    clock.advance(timedelta(seconds=1))
    for _ in range(2):
        privacy.erase()
    assert erased() == {ADA, broken, *waiting}


@pytest.mark.parametrize(
    "trouble", [NetworkTimeout("20 s are over"), ExecutionTimeout("too slow"), OperationFailure("refused")], ids=type_name
)
def test_whose_data_is_too_much_for_the_database_holds_up_nobody(store: Store, trouble: PyMongoError) -> None:
    keeper = Troublesome()
    privacy = privacy_of(store, keeper)
    much = new_id("user")
    for user_id in (much, ADA):
        privacy.note(PersonDeletionStarted(user_id=user_id, deletion_id=new_id("deletion")))
    keeper.failing = {much: trouble}
    privacy.erase()
    rows = {row["_id"]: row for row in store.database.erased_people.find({})}
    assert rows[ADA]["done_at"] == NOW
    assert (rows[much]["done_at"], rows[much]["waits_for"]) == (None, ["failed"])
    assert rows[much]["due_at"] > NOW
    assert store.database.outbox.count_documents({"type": PersonDataErased.type()}) == 1


def lost_race() -> PyMongoError:
    error = OperationFailure("write conflict", 112)
    error._add_error_label("TransientTransactionError")
    return error


@pytest.mark.parametrize("trouble", [ServerSelectionTimeoutError("nobody there"), AutoReconnect("gone"), lost_race()], ids=type_name)
def test_while_the_database_is_away_nobodys_turn_moves(store: Store, trouble: PyMongoError) -> None:
    keeper = Troublesome()
    privacy = privacy_of(store, keeper)
    for user_id in (ADA, BOB):
        privacy.note(PersonDeletionStarted(user_id=user_id, deletion_id=new_id("deletion")))
    keeper.failing = {ADA: trouble, BOB: trouble}
    with pytest.raises(type(trouble)):
        privacy.erase()
    assert len(keeper.looked_at) == 1
    assert [row["due_at"] for row in store.database.erased_people.find({})] == [NOW, NOW]


def test_who_gave_up_late_takes_nobodys_second_sweep_forward(store: Store) -> None:
    """Of two replicas one has erased somebody while the other's sweep timed out."""
    people = ErasedPeople(store.database)
    people.note(ADA, "deletion_1", NOW)
    [row] = people.due(NOW, 10)
    assert people.done(ADA, NOW)
    people.waits(row, ["failed"], NOW + timedelta(seconds=20))
    assert people.due(NOW + timedelta(seconds=59), 10) == []
    assert [each["_id"] for each in people.due(NOW + timedelta(seconds=60), 10)] == [ADA]


def test_what_is_published_while_it_is_erased_is_left_alone(store: Store) -> None:
    """A draft that is found is no draft any more when it is written."""
    things = store.database.things
    things.insert_many([{"_id": f"{number:04}", "version": 1, "owner": ADA, "draft": True, "text": "words"} for number in range(501)])

    def publish_the_last() -> str:
        things.update_one({"_id": "0500"}, {"$set": {"draft": False}})
        return "later"

    drafts = Kept("things", lambda user_id: {"owner": user_id, "draft": True}, {"text": ERASED, "note": publish_the_last})
    assert MongoKeeper(store.database, [drafts]).erase(ADA) == {"things": 500}
    assert things.find_one({"_id": "0500"}) == {"_id": "0500", "version": 1, "owner": ADA, "draft": False, "text": "words"}
    assert things.count_documents({"text": ERASED, "note": "later"}) == 500


def test_a_table_erases_and_exports(store: Store) -> None:
    things = store.database.things
    things.insert_many([{"_id": f"{number:04}", "version": 1, "owner": ADA, "text": f"words {number}"} for number in range(205)])
    things.insert_many(
        [{"_id": "shared", "version": 1, "owner": BOB, "guests": [ADA, BOB]}, {"_id": "other", "version": 1, "owner": BOB, "text": "his"}]
    )
    keeper = MongoKeeper(
        store.database, [Kept("things", by("owner"), {"text": ERASED}), Kept("things", by("guests"), pulled="guests", export=False)]
    )
    pages, cursor = [], None
    while True:
        page = keeper.export(ADA, cursor)
        pages.append(len(page.items))
        cursor = page.next_cursor
        if cursor is None:
            break
    assert pages in ([100, 100, 5], [100, 100, 5, 0])
    with pytest.raises(CursorInvalid):
        keeper.export(ADA, "bm9uc2Vuc2U=")
    assert keeper.erase(ADA) == {"things": 206}
    assert keeper.erase(ADA) == {}
    assert things.count_documents({"owner": ADA, "text": ERASED, "version": 2}) == 205
    assert things.find_one({"_id": "shared"}, {"guests": 1, "_id": 0}) == {"guests": [BOB]}
    assert things.find_one({"_id": "other"}, {"text": 1, "_id": 0}) == {"text": "his"}
