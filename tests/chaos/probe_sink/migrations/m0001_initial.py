"""The collections exist before transactions write to them."""

from __future__ import annotations

from typing import Any

from pymongo.database import Database


def migrate(database: Database[dict[str, Any]]) -> None:
    database["positions"].create_index("applied")
    database["effects"].create_index("aggregate")
