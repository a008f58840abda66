"""The collections of organisations, credentials and referrals, and their indexes."""

from typing import Any

from pymongo import ASCENDING
from pymongo.database import Database


def migrate(database: Database[dict[str, Any]]) -> None:
    """Safe to run again: an index that is there stays."""
    database.members.create_index([("organisation_id", ASCENDING), ("_id", ASCENDING)])
    database.members.create_index([("user_id", ASCENDING)])
    database.invitations.create_index([("token_digest", ASCENDING)])
    database.invitations.create_index([("organisation_id", ASCENDING), ("_id", ASCENDING)])
    database.bulk_invites.create_index([("status", ASCENDING), ("_id", ASCENDING)])
    database.bulk_invite_rows.create_index([("job_id", ASCENDING), ("outcome", ASCENDING), ("number", ASCENDING)])
    database.bulk_invite_rows.create_index([("job_id", ASCENDING), ("number", ASCENDING)])
    database.bulk_invite_rows.create_index([("job_id", ASCENDING), ("email_key", ASCENDING)])
    database.credentials.create_index([("secrets.digest", ASCENDING)])
    database.credentials.create_index([("owner_id", ASCENDING)])
    database.referral_codes.create_index([("code", ASCENDING)], unique=True)
    database.referrals.create_index([("referrer_id", ASCENDING)])
    for name in ("organisations", "places", "referral_turns"):  # read by their ids alone: no index
        if name not in database.list_collection_names():
            database.create_collection(name)
