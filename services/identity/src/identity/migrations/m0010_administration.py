"""What the staff looks for: accounts by role, the audit log by each of its filters."""

from typing import Any

from pymongo import ASCENDING, DESCENDING
from pymongo.database import Database


def migrate(database: Database[dict[str, Any]]) -> None:
    """Safe to run again."""
    database.accounts.create_index([("roles", ASCENDING), ("_id", DESCENDING)])
    database.accounts.create_index([("status", ASCENDING), ("_id", DESCENDING)])
    for name in ("actor_id", "target", "action"):
        database.audit.create_index([(name, ASCENDING), ("performed_at", DESCENDING), ("_id", DESCENDING)])
    database.audit.create_index([("performed_at", DESCENDING), ("_id", DESCENDING)])
