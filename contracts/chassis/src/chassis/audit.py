"""The record of what administrators did in a service: written in the transaction of the deed, published as an event, never changed."""

from __future__ import annotations

from typing import Any

from pymongo.client_session import ClientSession
from pymongo.database import Database

from chassis.context import current_call
from chassis.mongo import Store
from chassis.principal import Principal
from contracts.admin.events import ActionTaken

COLLECTION = "admin_actions"


def create(database: Database[dict[str, Any]]) -> None:
    """Create the collection and its index. Idempotent."""
    database[COLLECTION].create_index([("target", 1), ("taken_at", 1)])


def record(
    store: Store, session: ClientSession, *, service: str, action: str, target: str, reason: str | None, actor: Principal
) -> ActionTaken:
    """Keep who did what in this transaction; the unit of work emits the event."""
    call = current_call.get()
    taken = ActionTaken(
        action_id=store.new_id("action"),
        service=service,
        action=action,
        target=target,
        reason=reason,
        actor_id=actor.user_id,
        request_id=call.request_id if call else "",
        taken_at=store.clock.now(),
    )
    fields = taken.model_dump()
    store.database[COLLECTION].insert_one({"_id": fields.pop("action_id"), **fields}, session=session)
    return taken
