"""As much of a MongoDB database in memory as the unit of work, the outbox, the inbox and the idempotency keys use."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from copy import deepcopy
from itertools import count
from typing import Any, cast

from pymongo.errors import ConnectionFailure, DuplicateKeyError, OperationFailure

from chassis.clock import Clock
from chassis.mongo import Store

Documents = dict[str, dict[str, Any]]
UNIQUE = {"outbox": "key"}


class MemorySession:
    """One transaction: what it writes is seen by itself alone until it commits."""

    def __init__(self, client: MemoryClient) -> None:
        self._client = client
        self.collections: dict[str, Documents] | None = None

    def start_transaction(self, **_: Any) -> None:
        self.collections = deepcopy(self._client.collections)

    def commit_transaction(self) -> None:
        """Commits; or fails as the next fault of the client says, with or without having committed."""
        fault = next(self._client.commit_faults, None)
        if fault == "conflict":
            raise OperationFailure("WriteConflict", 112, {"errorLabels": ["TransientTransactionError"]})
        if self.collections is not None:  # asked again, it answers as the first time
            self._client.collections, self.collections = self.collections, None
        if fault == "unknown":
            error = ConnectionFailure("the connection broke")
            error._add_error_label("UnknownTransactionCommitResult")
            raise error

    def end_session(self) -> None:
        self.collections = None


class MemoryClient:
    def __init__(self) -> None:
        self.collections: dict[str, Documents] = defaultdict(dict)
        self.commit_faults: Iterator[str] = iter(())

    def start_session(self) -> MemorySession:
        return MemorySession(self)


class MemoryCollection:
    def __init__(self, client: MemoryClient, name: str) -> None:
        self._client = client
        self._name = name

    def insert_one(self, document: dict[str, Any], session: MemorySession | None = None) -> None:
        documents, unique = self._documents(session), UNIQUE.get(self._name, "_id")
        if document["_id"] in documents or any(one[unique] == document[unique] for one in documents.values()):
            raise DuplicateKeyError(f"{document['_id']} is there")
        documents[document["_id"]] = dict(document)

    def insert_many(self, documents: Iterable[dict[str, Any]], session: MemorySession | None = None) -> None:
        for document in documents:
            self.insert_one(document, session)

    def find_one(self, query: dict[str, Any], session: MemorySession | None = None) -> dict[str, Any] | None:
        return next(iter(self.find(query, session)), None)

    def find(self, query: dict[str, Any], session: MemorySession | None = None) -> list[dict[str, Any]]:
        return [dict(one) for one in self._documents(session).values() if all(one.get(name) == value for name, value in query.items())]

    def update_one(self, query: dict[str, Any], update: dict[str, Any], session: MemorySession | None = None) -> int:
        """How many matched, none or one."""
        for one in self._documents(session).values():
            if all(one.get(name) == value for name, value in query.items()):
                one.update(update.get("$set", {}))
                for name, step in update.get("$inc", {}).items():
                    one[name] += step
                for name in update.get("$unset", {}):
                    one.pop(name, None)
                return 1
        return 0

    def _documents(self, session: MemorySession | None) -> Documents:
        collections = self._client.collections if session is None else session.collections
        assert collections is not None, "outside of a transaction"
        return collections.setdefault(self._name, {})


class MemoryDatabase:
    def __init__(self, client: MemoryClient) -> None:
        self._client = client

    def __getitem__(self, name: str) -> MemoryCollection:
        return MemoryCollection(self._client, name)


def memory_store(clock: Clock) -> tuple[Store, MemoryClient]:
    """A store on an empty database, and the client to make its commits fail by."""
    client, numbers = MemoryClient(), count(1)
    return Store(cast("Any", client), cast("Any", MemoryDatabase(client)), clock, lambda kind: f"{kind}_{next(numbers):06}"), client
