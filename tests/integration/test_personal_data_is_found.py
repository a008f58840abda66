"""What a service keeps of one person is found by indexes: neither a copy of it nor erasing it reads what is kept of everybody."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib import import_module
from typing import Any

import pytest

from chassis.ids import new_id
from chassis.privacy.keeping import MongoKeeper
from contracts.catalogue import SERVICES
from local_platform.databases import OpenStore
from local_platform.query_plans import watched

NOW = datetime(2030, 1, 1, tzinfo=UTC)
# Erasing there goes through units of work and keys of its own.
ELSEWHERE = {"identity"}


def keeper(service: str, database: Any) -> MongoKeeper:
    """Those that act on others' behalf, or ask the payment processor, have nobody to do it for."""
    others = {"challenges": (None, None), "payments": (None,)}
    kept = import_module(f"{service}.adapters.personal_data").personal_data(database, *others.get(service, ()))
    assert isinstance(kept, MongoKeeper)
    return kept


@pytest.mark.parametrize("service", [service for service in SERVICES if service not in ELSEWHERE])
def test_every_query_about_one_person_has_an_index(service: str, mongo_url: str, database_name: str, open_store: OpenStore) -> None:
    open_store(import_module(f"{service}.migrations"), NOW)
    somebody = new_id("user")
    with watched(mongo_url, database_name) as (database, asked):
        of_them = keeper(service, database)
        for name in of_them.collections - set(database.list_collection_names()):
            database.create_collection(name)  # deleting from one that is not there fails now and then on the embedded server
        of_them.obligations(somebody)
        assert of_them.export(somebody, None).next_cursor is None
        assert of_them.erase(somebody) == {}
        assert {query.collection for query in asked.queries} >= of_them.collections
        assert asked.without_index(database) == []
