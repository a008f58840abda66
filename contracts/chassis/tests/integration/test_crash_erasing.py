"""A process dies between any two steps of erasing somebody's data: the timer alone brings it to its end, and it is told once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from chassis.ids import new_id
from chassis.mongo import Store
from chassis.privacy.keeping import ERASED, Kept, MongoKeeper, by
from chassis.privacy.service import Privacy
from chassis.wiring import Resources
from contracts.identity.events import PersonDeletionStarted
from contracts.privacy.events import PersonDataErased
from local_platform.crashing import dying_at

NOW = datetime(2030, 1, 1, tzinfo=UTC)
ADA, BOB = new_id("user"), new_id("user")
STARTED = PersonDeletionStarted(user_id=ADA, deletion_id=new_id("deletion"))
POINTS = [
    "erasing.person_noted",
    "erasing.own_steps_done",
    *(f"erasing.collection_swept:{number}" for number in (1, 2, 3)),
    "erasing.data_swept",
    "erasing.traces_emptied",
    "erasing.confirmed",
]


@pytest.fixture
def store(open_store) -> Store:
    nothing = ModuleType("nothing")
    nothing.__path__ = []  # a package of no migrations: those of the chassis are made
    return open_store(nothing, NOW)


def plant(store: Store) -> None:
    """What three collections and the machinery keep of Ada, and of Bob."""
    for person in (ADA, BOB):
        database = store.database
        database.things.insert_one({"_id": f"thing of {person}", "version": 1, "owner": person})
        database.texts.insert_one({"_id": f"text of {person}", "version": 1, "owner": person, "text": "words"})
        database.rooms.insert_one({"_id": f"room of {person}", "version": 1, "guests": [person, "somebody"]})
        database.outbox.insert_one({"_id": f"sent {person}", "key": person, "body": f'{{"user_id":"{person}"}}'.encode(), "sent_at": NOW})


def privacy_of(store: Store, own_steps: list[str]) -> Privacy:
    table = [Kept("things", by("owner")), Kept("texts", by("owner"), {"text": ERASED}), Kept("rooms", by("guests"), pulled="guests")]
    keeper = MongoKeeper(store.database, table, before=own_steps.append)
    settings: Any = SimpleNamespace(service=lambda: "greeter")
    keys: Any = SimpleNamespace(forget=lambda _: None)
    return Privacy(Resources(settings, store, store.clock, new_id), keeper, keys)


def note_and_erase(privacy: Privacy) -> None:
    privacy.note(STARTED)
    privacy.erase()


def kept(store: Store) -> dict[str, list[dict[str, Any]]]:
    return {name: list(store.database[name].find({}, sort=[("_id", 1)])) for name in ("things", "texts", "rooms")}


@pytest.mark.parametrize("point", POINTS)
def test_whoever_dies_there_is_followed_by_one_who_ends_it(store: Store, point: str) -> None:
    plant(store)
    own_steps: list[str] = []
    with dying_at(point):
        note_and_erase(privacy_of(store, own_steps))
    after = privacy_of(store, own_steps)
    if point == "erasing.person_noted":
        after.note(STARTED)  # the event comes again; from then on only the timer asks
    after.erase()
    after.erase()

    assert [row["_id"] for row in kept(store)["things"]] == [f"thing of {BOB}"]
    assert {row["owner"]: row["text"] for row in kept(store)["texts"]} == {ADA: ERASED, BOB: "words"}
    assert {tuple(row["guests"]) for row in kept(store)["rooms"]} == {("somebody",), (BOB, "somebody")}
    assert {row["key"] for row in store.database.outbox.find({"body": {"$exists": True}, "sent_at": {"$exists": True}})} == {BOB}
    told = list(store.database.outbox.find({"type": PersonDataErased.type()}))
    assert len(told) == 1
    person = store.database.erased_people.find_one({"_id": ADA})
    assert person
    assert (person["done_at"], person["due_at"], person["waits_for"]) == (NOW, NOW + timedelta(seconds=60), [])
    assert own_steps == [ADA] * len(own_steps)
