"""The record of what administrators did in a service: written in the transaction of the deed, published as an event, never changed."""

from __future__ import annotations

from typing import Any

from pymongo.client_session import ClientSession
from pymongo.database import Database

from contracts.admin.events import ActionTaken

COLLECTION = "admin_actions"


def create(database: Database[dict[str, Any]]) -> None:
    """Create the collection and its index. Idempotent."""
    database[COLLECTION].create_index([("target", 1), ("taken_at", 1)])


def record(database: Database[dict[str, Any]], session: ClientSession, action: ActionTaken) -> None:
    """Keep the record; the unit of work emits the event."""
    fields = action.model_dump()
    database[COLLECTION].insert_one({"_id": fields.pop("action_id"), **fields}, session=session)
