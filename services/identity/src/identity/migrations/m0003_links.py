"""Which person of a provider is which account."""

from typing import Any

from pymongo import ASCENDING
from pymongo.database import Database


def migrate(database: Database[dict[str, Any]]) -> None:
    """Safe to run again: an index that is there stays."""
    database.links.create_index([("user_id", ASCENDING)])
