"""Matching's storage, as the fake and as MongoDB: both pass one suite."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from matching_fakes import NOW, FakeUnitOfWork, Memory

from chassis import migrate
from chassis.clock import FixedClock
from chassis.ids import new_id
from chassis.mongo import Store
from matching import migrations
from matching.adapters.unit_of_work import MatchingUnitOfWork
from matching.usecases.ports import UnitOfWork


@dataclass(frozen=True)
class Database:
    """What a store is opened with."""

    mongo_url: str
    mongo_database: str


@pytest.fixture
def store(mongo_url: str, database_name: str) -> Iterator[Store]:
    clock = FixedClock(NOW)
    opened = Store.open(Database(mongo_url, database_name), clock, new_id)
    migrate.run(opened.database, migrations, clock)
    yield opened
    opened.close()


@pytest.fixture(params=["fake", "mongo"])
def begin(request: pytest.FixtureRequest) -> Callable[[], UnitOfWork]:
    if request.param == "fake":
        memory = Memory()
        return lambda: FakeUnitOfWork(memory)
    store: Store = request.getfixturevalue("store")
    return lambda: MatchingUnitOfWork(store)
