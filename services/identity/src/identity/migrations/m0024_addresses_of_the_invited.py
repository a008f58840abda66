"""Invitations are found by their address in one form and by their end, jobs by whose turn it is and by their end; certificates of deletions
end after three years."""

from typing import Any

from pymongo import ASCENDING
from pymongo.database import Database

from identity.domain.account import email_key

_CERTIFICATES_S = 3 * 365 * 86_400


def migrate(database: Database[dict[str, Any]]) -> None:
    """Safe to run again, and beside services: the address of an invitation never changes."""
    database.invitations.create_index([("email_key", ASCENDING)])
    database.invitations.create_index([("expires_at", ASCENDING)])
    database.bulk_invite_rows.create_index([("email_key", ASCENDING)])
    database.bulk_invites.create_index([("status", ASCENDING), ("served_at", ASCENDING), ("_id", ASCENDING)])
    database.bulk_invites.create_index([("organisation_id", ASCENDING), ("status", ASCENDING)])
    database.bulk_invites.create_index([("finished_at", ASCENDING)])
    database.deletions.create_index([("completed_at", ASCENDING)], expireAfterSeconds=_CERTIFICATES_S)
    for row in database.invitations.find({"email_key": None}, {"email": True}):
        database.invitations.update_one({"_id": row["_id"]}, {"$set": {"email_key": email_key(row["email"])}})
