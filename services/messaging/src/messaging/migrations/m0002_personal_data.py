"""The indexes by which one person's data is found: for a copy of it, which is paged by `_id`, and for erasing it."""

from typing import Any

from pymongo import ASCENDING
from pymongo.database import Database


def migrate(database: Database[dict[str, Any]]) -> None:
    """Safe to run again.

    They end in `_id`, by which pages go on and batches are written: the embedded server takes no other index for that.
    Sparse would save nothing: every conversation has an `_id`.
    """
    database.messages.create_index([("sender_id", ASCENDING), ("_id", ASCENDING)])
    database.conversations.create_index([("last_message.sender_id", ASCENDING), ("_id", ASCENDING)])
    database.conversations.create_index([("participants.user_id", ASCENDING), ("_id", ASCENDING)])
