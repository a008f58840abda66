"""Matching's storage, as the fake and as MongoDB: both pass one suite."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from matching_fakes import NOW, FakeUnitOfWork, Memory

from chassis.mongo import Store
from local_platform.databases import OpenStore
from matching import migrations
from matching.adapters.unit_of_work import MatchingUnitOfWork
from matching.usecases.ports import UnitOfWork


@pytest.fixture
def store(open_store: OpenStore) -> Store:
    return open_store(migrations, NOW)


@pytest.fixture(params=["fake", "mongo"])
def begin(request: pytest.FixtureRequest) -> Callable[[], UnitOfWork]:
    if request.param == "fake":
        memory = Memory()
        return lambda: FakeUnitOfWork(memory)
    store: Store = request.getfixturevalue("store")
    return lambda: MatchingUnitOfWork(store)
