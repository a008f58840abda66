"""The collection exists before transactions write to it."""

from __future__ import annotations

from typing import Any

from pymongo.database import Database


def migrate(database: Database[dict[str, Any]]) -> None:
    database["facts"].create_index("aggregate")
