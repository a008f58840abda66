"""The indexes by which one person's data is found: for a copy of it, which is paged by `_id`, and for erasing it."""

from typing import Any

from pymongo import ASCENDING
from pymongo.database import Database


def migrate(database: Database[dict[str, Any]]) -> None:
    """Safe to run again: an index that is there stays."""
    database.challenges.create_index([("challenger_id", ASCENDING), ("_id", ASCENDING)])
    database.challenges.create_index([("invited_user_ids", ASCENDING)])
    database.challenges.create_index([("visible_to", ASCENDING)])
    database.matches.create_index([("user_id", ASCENDING), ("_id", ASCENDING)])
