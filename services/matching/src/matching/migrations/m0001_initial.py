"""The collections of matching and their indexes."""

from typing import Any

from pymongo import ASCENDING
from pymongo.database import Database


def migrate(database: Database[dict[str, Any]]) -> None:
    """Safe to run again: an index that is there stays."""
    database.challenges.create_index([("changed_at", ASCENDING)])
    database.challenges.create_index([("status", ASCENDING)])
    database.solvers.create_index([("changed_at", ASCENDING)])
    database.matches.create_index([("challenge_id", ASCENDING)])
