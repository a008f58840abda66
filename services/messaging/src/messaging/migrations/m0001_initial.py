"""The collections of messaging and their indexes."""

from typing import Any

from pymongo import ASCENDING, DESCENDING
from pymongo.database import Database


def migrate(database: Database[dict[str, Any]]) -> None:
    """Safe to run again: an index that is there stays."""
    database.conversations.create_index([("application_id", ASCENDING)], unique=True, sparse=True)
    database.conversations.create_index([("participants.user_id", ASCENDING), ("active_at", DESCENDING)])
    database.messages.create_index([("conversation_id", ASCENDING), ("seq", ASCENDING)], unique=True)
    database.messages.create_index(
        [("conversation_id", ASCENDING), ("sender_id", ASCENDING), ("client_message_id", ASCENDING)], unique=True
    )
