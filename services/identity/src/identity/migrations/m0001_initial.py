"""The collections of identity and their indexes."""

from typing import Any

from pymongo import ASCENDING
from pymongo.database import Database

from identity.adapters.login_attempts import COLLECTION


def migrate(database: Database[dict[str, Any]]) -> None:
    """Safe to run again: an index that is there stays. Rows that time out are kept a day longer, for those who look into a case."""
    database.accounts.create_index([("email_key", ASCENDING)], unique=True)
    database.email_verifications.create_index([("token_digest", ASCENDING)], unique=True)
    database.email_verifications.create_index([("expires_at", ASCENDING)], expireAfterSeconds=86_400)
    database.sessions.create_index([("user_id", ASCENDING)])
    database.sessions.create_index([("expires_at", ASCENDING)], expireAfterSeconds=86_400)
    database.refresh_tokens.create_index([("expires_at", ASCENDING)], expireAfterSeconds=86_400)
    database[COLLECTION].create_index([("ends_at", ASCENDING)], expireAfterSeconds=0)
