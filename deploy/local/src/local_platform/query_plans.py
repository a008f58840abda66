"""What code under test asks of its database, and which of these queries find no index."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any

import pymongo
from pymongo.database import Database
from pymongo.monitoring import CommandFailedEvent, CommandListener, CommandStartedEvent, CommandSucceededEvent

_BY_ITS_OWN_FIELD = {"find": "filter", "distinct": "query", "count": "query"}
_IN_A_LIST = {"update": "updates", "delete": "deletes"}


@dataclass(frozen=True, slots=True)
class Query:
    """One, of whatever kind; `sort` and `limit` as MongoDB's find takes them."""

    collection: str
    filter: dict[str, Any]
    sort: Mapping[str, int] = field(default_factory=dict)
    limit: int = 0


class Asked(CommandListener):
    """Listens to a client. Reads and writes alike are queries: a write first finds what it changes."""

    def __init__(self) -> None:
        self.queries: list[Query] = []

    def started(self, event: CommandStartedEvent) -> None:
        command, name = event.command, event.command_name
        if name in _BY_ITS_OWN_FIELD:
            found = dict(command.get(_BY_ITS_OWN_FIELD[name]) or {})
            self.queries.append(Query(command[name], found, dict(command.get("sort") or {}), abs(command.get("limit") or 0)))
        elif name in _IN_A_LIST:
            self.queries += [Query(command[name], dict(each["q"])) for each in command[_IN_A_LIST[name]]]

    def succeeded(self, event: CommandSucceededEvent) -> None:
        """Nothing to note."""

    def failed(self, event: CommandFailedEvent) -> None:
        """Nothing to note."""

    def scanning(self, database: Database[dict[str, Any]]) -> list[Query]:
        """Those for which this very server would look through the whole collection."""
        return [query for query in self.queries if "COLLSCAN" in str(_plan(database, query))]

    def without_index(self, database: Database[dict[str, Any]]) -> list[Query]:
        """Those for which MongoDB would: they ask for no field that an index begins with, or that of `$or` in one branch only.

        The embedded server scans for more: it takes an index only where that covers the query (`scanning` tells).
        """
        return [query for query in self.queries if not _may_use(query.filter, _beginnings(database, query.collection))]


@contextmanager
def watched(mongo_url: str, name: str) -> Iterator[tuple[Database[dict[str, Any]], Asked]]:
    """The database of this name, and what is asked of it from now on by whoever is given it."""
    asked = Asked()
    with pymongo.MongoClient[dict[str, Any]](mongo_url, tz_aware=True, tzinfo=UTC, event_listeners=[asked]) as client:
        yield client[name], asked


def _plan(database: Database[dict[str, Any]], query: Query) -> Any:
    command = {"find": query.collection, "filter": query.filter, "sort": query.sort, "limit": query.limit}
    return database.command("explain", command, verbosity="queryPlanner")["queryPlanner"]["winningPlan"]


def _beginnings(database: Database[dict[str, Any]], collection: str) -> set[str]:
    return {"_id", *(index["key"][0][0] for index in database[collection].index_information().values())}


def _may_use(query: Mapping[str, Any], beginnings: set[str]) -> bool:
    for name, value in query.items():
        if name == "$or" and all(_may_use(branch, beginnings) for branch in value):
            return True
        if name == "$and" and any(_may_use(branch, beginnings) for branch in value):
            return True
        if name in beginnings and not (isinstance(value, Mapping) and {"$ne", "$nin", "$regex"} & value.keys()):
            return True
    return False
