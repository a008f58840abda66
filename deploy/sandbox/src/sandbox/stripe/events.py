"""Events: https://docs.stripe.com/api/events."""

from sandbox.storage import Json
from sandbox.stripe.listing import page
from sandbox.stripe.params import Params
from sandbox.stripe.session import Session


def retrieve(session: Session, params: Params, event_id: str) -> Json:
    """GET /v1/events/{id}"""
    return with_pending(session, session.get("event", event_id))


def list_all(session: Session, params: Params) -> Json:
    """GET /v1/events"""
    types = params.texts("types") or ([wanted] if (wanted := params.text("type")) else [])
    params.ignore("delivery_success")
    listed = page(session, params, "event", "/v1/events", {"type": types} if types else {})
    listed["data"] = [with_pending(session, event) for event in listed["data"]]
    return listed


def with_pending(session: Session, event: Json) -> Json:
    pending = session.storage.execute("SELECT 1 FROM deliveries WHERE event_id = ? AND state = 'pending'", event["id"])
    return event | {"pending_webhooks": len(pending)}
