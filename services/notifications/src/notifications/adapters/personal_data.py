"""Where notifications keeps personal data: what is exported, and what becomes of it when a person is erased."""

from __future__ import annotations

import re
from typing import Any

from pymongo.database import Database

from chassis.privacy.keeping import Kept, MongoKeeper, by


def personal_data(database: Database[dict[str, Any]]) -> MongoKeeper:
    """All of it goes: nobody else has a use for it. That somebody was told of an invitation is in their list of notifications."""
    return MongoKeeper(
        database,
        [
            Kept("mails", by("user_id"), hidden=frozenset({"text", "html"})),  # tokens are for whoever reads the mailbox
            # Others' mails to their address, such as invitations. Before the contact: whoever dies in between finds the address again.
            Kept("mails", lambda user_id: _to_the_address_of(database, user_id), export=False),
            Kept("contacts", by("_id")),
            Kept("notifications", by("user_id")),
            Kept("unread_counts", by("_id"), export=False),
            Kept("preferences", by("_id")),
            Kept("invitations", by("told_user_ids"), pulled="told_user_ids", export=False),
        ],
    )


def _to_the_address_of(database: Database[dict[str, Any]], user_id: str) -> dict[str, Any]:
    """Upper and lower case do not tell addresses apart, as in identity; the database would fold other letters as well. One that was never
    proven may be somebody else's: mails to it are not of this person.
    """
    contact = database.contacts.find_one({"_id": user_id}, {"email": True, "email_verified": True})
    if contact is None or not contact["email_verified"]:
        return {"_id": {"$in": []}}
    found = database.mails.find({"to": {"$regex": f"^{re.escape(contact['email'])}$", "$options": "i"}}, {"to": True})
    return {"_id": {"$in": [row["_id"] for row in found if row["to"].lower() == contact["email"].lower()]}}
