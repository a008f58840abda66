"""What people show of themselves, the keys of people, deletions and exports."""

from typing import Any

from pymongo import ASCENDING, DESCENDING
from pymongo.database import Database


def migrate(database: Database[dict[str, Any]]) -> None:
    """Safe to run again."""
    existing = set(database.list_collection_names())
    for name in ("showcases", "person_keys", "file_removals", "uploads", "deletions", "exports"):
        if name not in existing:
            database.create_collection(name)
    database.uploads.create_index([("user_id", ASCENDING)])
    database.uploads.create_index([("ends_at", ASCENDING)])
    database.file_removals.create_index([("owner", ASCENDING)])
    database.deletions.create_index([("token_digest", ASCENDING)], unique=True)
    database.deletions.create_index([("waiting", ASCENDING), ("_id", DESCENDING)], sparse=True)
    database.exports.create_index([("due_at", ASCENDING)])
    database.refresh_tokens.create_index([("session_id", ASCENDING)])
