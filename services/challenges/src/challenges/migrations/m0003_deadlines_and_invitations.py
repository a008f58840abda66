"""The indexes by which open challenges are found whose time is over, and those that somebody is invited to."""

from typing import Any

from pymongo.database import Database


def migrate(database: Database[dict[str, Any]]) -> None:
    """Create what is not there yet."""
    database.challenges.create_index([("status", 1), ("deadline", 1)], name="undecided")
    database.challenges.create_index(
        [("invited_user_ids", 1), ("visibility", 1), ("status", 1), ("published_at", -1), ("_id", -1)], name="invited_newest"
    )
