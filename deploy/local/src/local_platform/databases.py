"""Databases for tests."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from types import ModuleType
from typing import TYPE_CHECKING, Protocol

import pymongo

if TYPE_CHECKING:
    from chassis.mongo import Store


@dataclass
class Databases:
    """Hands out databases that exist for one test."""

    url: str
    _used: list[str] = field(default_factory=list)

    def fresh(self) -> str:
        name = f"test_{uuid.uuid4().hex[:16]}"
        self._used.append(name)
        return name

    def drop_all(self) -> None:
        with pymongo.MongoClient[dict[str, object]](self.url) as client:
            while self._used:
                client.drop_database(self._used.pop())


class OpenStore(Protocol):
    """Opens the test's database for code under test in this process."""

    def __call__(self, migrations: ModuleType, at: datetime) -> Store: ...
