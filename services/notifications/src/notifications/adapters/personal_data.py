"""Where notifications keeps personal data: what is exported, and what becomes of it when a person is erased."""

from __future__ import annotations

from typing import Any

from pymongo.database import Database

from chassis.privacy.keeping import Kept, MongoKeeper, by


def personal_data(database: Database[dict[str, Any]]) -> MongoKeeper:
    """All of it goes: nobody else has a use for it."""
    return MongoKeeper(
        database,
        [
            Kept("contacts", by("_id")),
            Kept("notifications", by("user_id")),
            Kept("unread_counts", by("_id"), export=False),
            Kept("preferences", by("_id")),
            Kept("mails", by("user_id"), hidden=frozenset({"text", "html"})),  # tokens are for whoever reads the mailbox
        ],
    )
