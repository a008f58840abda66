"""Messaging's storage, as the fake and as MongoDB: both pass one suite."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from messaging_fakes import FakeUnitOfWork, KeyTaken, Memory
from pymongo.errors import DuplicateKeyError

from chassis.mongo import Store
from local_platform.databases import OpenStore
from messaging import migrations
from messaging.adapters.unit_of_work import MessagingUnitOfWork
from messaging.usecases.ports import UnitOfWork

NOW = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)


@dataclass(frozen=True)
class Storage:
    """One way of keeping messaging's state, and how it says that a key is taken."""

    unit_of_work: Callable[[], UnitOfWork]
    key_taken: type[Exception]


@pytest.fixture
def store(open_store: OpenStore) -> Store:
    return open_store(migrations, NOW)


@pytest.fixture(params=["fake", "mongo"])
def storage(request: pytest.FixtureRequest) -> Storage:
    if request.param == "fake":
        memory = Memory()
        return Storage(lambda: FakeUnitOfWork(memory), KeyTaken)
    store: Store = request.getfixturevalue("store")
    return Storage(lambda: MessagingUnitOfWork(store), DuplicateKeyError)
