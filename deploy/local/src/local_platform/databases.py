"""Databases for tests."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from types import ModuleType
from typing import TYPE_CHECKING, Protocol

import pymongo
from pymongo.errors import NetworkTimeout

if TYPE_CHECKING:
    from chassis.mongo import Store


def end_transactions(mongo_url: str) -> None:
    """End all transactions of a server that is a test's own: at once what the server does after a minute with those of a killed process.

    Others that are under way begin anew, as after any conflict.
    """
    with pymongo.MongoClient[dict[str, object]](mongo_url) as client:
        client.admin.command({"killAllSessions": []})


@dataclass
class Databases:
    """Hands out databases that exist for one test."""

    url: str
    patience_s: float = 10.0
    _used: list[str] = field(default_factory=list)

    def fresh(self) -> str:
        name = f"test_{uuid.uuid4().hex[:16]}"
        self._used.append(name)
        return name

    def drop_all(self) -> None:
        """The embedded server waits for ever to drop a collection in which a killed process has changed a document and not committed."""
        with pymongo.MongoClient[dict[str, object]](self.url, socketTimeoutMS=round(self.patience_s * 1000)) as client:
            while self._used:
                try:
                    client.drop_database(self._used[-1])
                except NetworkTimeout:
                    end_transactions(self.url)
                    client.drop_database(self._used[-1])
                self._used.pop()


class OpenStore(Protocol):
    """Opens the test's database for code under test in this process."""

    def __call__(self, migrations: ModuleType, at: datetime) -> Store: ...
