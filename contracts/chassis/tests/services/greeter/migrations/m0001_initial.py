"""The collections exist before transactions write to them."""

from __future__ import annotations

from typing import Any

from pymongo.database import Database


def migrate(database: Database[dict[str, Any]]) -> None:
    for name in ("greetings", "seen"):
        database[name].create_index("name")
