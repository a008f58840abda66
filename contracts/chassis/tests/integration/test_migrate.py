"""Migrations run once, in order, by one replica."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType

import pytest
from pymongo.errors import OperationFailure

from chassis import migrate
from chassis.clock import FixedClock
from chassis.mongo import Store, connect

RECORDING = """
from time import monotonic, sleep
def migrate(database):
    began = monotonic()
    sleep({seconds})
    database.ran.insert_one({{"name": __name__.rsplit(".", 1)[1], "began": began, "ended": monotonic()}})
"""

OWN = ["chassis.m0001_delivery", "chassis.m0002_sessions", "chassis.m0003_dead_letters", "chassis.m0004_erased_people"]


class Package:
    """A package of migrations in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.module = ModuleType(folder.name)
        self.module.__path__ = [str(folder)]
        sys.modules[folder.name] = self.module

    def add(self, name: str, text: str = RECORDING.format(seconds=0)) -> None:
        (self.folder / f"{name}.py").write_text(text)

    def forget(self) -> None:
        for name in [name for name in sys.modules if name.split(".")[0] == self.folder.name]:
            del sys.modules[name]


@pytest.fixture
def package(tmp_path: Path, database_name: str) -> Iterator[Package]:
    folder = tmp_path / f"migrations_{database_name}"
    folder.mkdir()
    made = Package(folder)
    yield made
    made.forget()


def names(store: Store) -> list[str]:
    return [row["name"] for row in store.database["ran"].find({}, sort=[("began", 1)])]


def test_each_runs_once_in_order_and_is_recorded(store: Store, package: Package, clock: FixedClock) -> None:
    package.add("m0002_second")
    package.add("m0001_first")
    package.add("notes")
    assert migrate.run(store.database, package.module, clock) == [*OWN, "m0001_first", "m0002_second"]
    assert migrate.run(store.database, package.module, clock) == []
    package.add("m0003_third")
    assert migrate.run(store.database, package.module, clock) == ["m0003_third"]
    assert names(store) == ["m0001_first", "m0002_second", "m0003_third"]
    row = store.database["migrations"].find_one({"_id": "m0003_third"})
    assert row == {"_id": "m0003_third", "applied_at": clock.now()}


def test_the_outbox_comes_with_its_indexes(store: Store, package: Package, clock: FixedClock) -> None:
    store.database["outbox"].drop()
    migrate.run(store.database, package.module, clock)
    indexes = store.database["outbox"].index_information()
    assert {"pending_1", "key_1", "sent_at_1"} <= set(indexes)


def test_two_runners_at_once_run_each_migration_once(mongo_url: str, store: Store, package: Package, clock: FixedClock) -> None:
    package.add("m0001_first", RECORDING.format(seconds=0.3))
    package.add("m0002_second", RECORDING.format(seconds=0.3))

    def run(_: int) -> list[str]:
        with connect(mongo_url) as client:
            return migrate.run(client[store.database.name], package.module, clock)

    with ThreadPoolExecutor(3) as pool:
        ran = [name for result in pool.map(run, range(3)) for name in result]
    assert sorted(ran) == [*OWN, "m0001_first", "m0002_second"]
    assert names(store) == ["m0001_first", "m0002_second"]


def test_a_migration_that_failed_runs_again_and_holds_no_lock(store: Store, package: Package, clock: FixedClock) -> None:
    package.add("m0001_first")
    package.add("m0002_second", "def migrate(database):\n    database.command('no_such_command')\n")
    with pytest.raises(OperationFailure):
        migrate.run(store.database, package.module, clock)
    package.forget()
    sys.modules[package.folder.name] = package.module
    package.add("m0002_second", RECORDING.format(seconds=0) + "\n# mended\n")
    assert migrate.run(store.database, package.module, clock) == ["m0002_second"]


def test_the_lock_of_a_dead_replica_runs_out(store: Store, package: Package, clock: FixedClock) -> None:
    store.database["leases"].insert_one({"_id": "migrations", "owner": "dead/1", "token": 4, "heartbeat": 2})
    package.add("m0001_first")
    assert migrate.run(store.database, package.module, clock) == [*OWN, "m0001_first"]
    lease = store.database["leases"].find_one({"_id": "migrations"})
    assert lease is not None
    assert (lease["owner"], lease["token"]) == (None, 5)


def test_a_number_is_given_once(store: Store, package: Package, clock: FixedClock) -> None:
    package.add("m0001_first")
    package.add("m0001_other")
    with pytest.raises(ValueError, match="one number"):
        migrate.run(store.database, package.module, clock)


def test_a_module_without_a_migration_is_refused(store: Store, package: Package, clock: FixedClock) -> None:
    package.add("m0001_first", "")
    with pytest.raises(ValueError, match="has no migrate"):
        migrate.run(store.database, package.module, clock)
