"""Links to organisations' providers keep which issuer they were made with; those from before were made with the present one."""

from typing import Any

from pymongo.database import Database


def migrate(database: Database[dict[str, Any]]) -> None:
    """Safe to run again. Where there is no issuer now, the link opens nothing until it is made again."""
    for link in database.links.find({"provider": {"$regex": "^organisation_"}, "issuer": None}):
        organisation = database.organisations.find_one({"_id": link["provider"]}, {"sso": True}) or {}
        if issuer := (organisation.get("sso") or {}).get("issuer"):
            database.links.update_one({"_id": link["_id"], "issuer": None}, {"$set": {"issuer": issuer}})
