"""Places that people left behind who went before their places went with them: addresses and domains that nobody could take again."""

from typing import Any

from pymongo.database import Database


def migrate(database: Database[dict[str, Any]]) -> None:
    """Safe to run again, and beside services: a place and what takes it are written in one transaction."""
    for place in database.places.find({}):
        taker = database.organisations if place["taken_by"].startswith("organisation_") else database.invitations
        if taker.find_one({"_id": place["taken_by"]}, {"_id": True}) is None:
            database.places.delete_one({"_id": place["_id"], "taken_by": place["taken_by"]})
