"""The turns of those who begin and end sessions."""

from typing import Any

from pymongo.database import Database


def migrate(database: Database[dict[str, Any]]) -> None:
    """Safe to run again."""
    if "session_turns" not in database.list_collection_names():
        database.create_collection("session_turns")  # written by its id alone: no index
