"""Identity's storage, as the fake and as MongoDB: both pass one suite."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from identity_fakes import FakeLoginAttempts, FakeUnitOfWork, Memory

from chassis.mongo import Store
from chassis.person_keys import MasterKeys
from identity import migrations
from identity.adapters.login_attempts import MongoLoginAttempts
from identity.adapters.person_keys import MongoPersonKeys
from identity.adapters.unit_of_work import IdentityUnitOfWork
from identity.usecases.ports import LoginAttempts, UnitOfWork
from local_platform.databases import OpenStore

NOW = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)


MASTER = MasterKeys("bWFzdGVyIGtleXMgb2YgYSB0ZXN0IG9mIHN0b3JhZ2U=")


def keys_of(store: Store) -> MongoPersonKeys:
    return MongoPersonKeys(store.database, MASTER)


@dataclass(frozen=True)
class Storage:
    """One way of keeping identity's state."""

    unit_of_work: Callable[[], UnitOfWork]
    attempts: LoginAttempts


@pytest.fixture
def store(open_store: OpenStore) -> Store:
    return open_store(migrations, NOW)


@pytest.fixture(params=["fake", "mongo"])
def storage(request: pytest.FixtureRequest) -> Storage:
    if request.param == "fake":
        memory = Memory()
        return Storage(lambda: FakeUnitOfWork(memory), FakeLoginAttempts())
    store: Store = request.getfixturevalue("store")
    return Storage(lambda: IdentityUnitOfWork(store, keys_of(store)), MongoLoginAttempts(store.database))
