"""The collections of authentication: what is begun, second factors, the history of logins."""

from typing import Any

from pymongo import ASCENDING, DESCENDING
from pymongo.database import Database

_HISTORY_S = 180 * 86_400  # as long as a session can last


def migrate(database: Database[dict[str, Any]]) -> None:
    """Safe to run again: an index that is there stays."""
    database.ceremonies.create_index([("user_id", ASCENDING)])
    database.ceremonies.create_index([("expires_at", ASCENDING)], expireAfterSeconds=86_400)
    database.logins.create_index([("user_id", ASCENDING), ("_id", DESCENDING)])
    database.logins.create_index([("at", ASCENDING)], expireAfterSeconds=_HISTORY_S)
    if "second_factors" not in database.list_collection_names():
        database.create_collection("second_factors")  # read by its id alone: no index
