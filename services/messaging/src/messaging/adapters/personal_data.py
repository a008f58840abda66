"""Where messaging keeps personal data: what is exported, and what becomes of it when a person is erased."""

from __future__ import annotations

from typing import Any

from pymongo.database import Database

from chassis.privacy.keeping import ERASED, Kept, MongoKeeper, by


def personal_data(database: Database[dict[str, Any]]) -> MongoKeeper:
    """What others wrote stays theirs; what the person wrote is emptied, its place in the conversation stays."""
    return MongoKeeper(
        database,
        [
            Kept("messages", by("sender_id"), {"text": ERASED}),
            Kept("conversations", by("last_message.sender_id"), {"last_message.text": ERASED}, export=False),
            Kept("conversations", by("participants.user_id"), remains=True, hidden=frozenset({"last_message"})),
        ],
    )
