"""What one API call (or one clock-driven step) sees of the sandbox's Stripe: objects of one account, the clock, events."""

import json
import secrets
import string
import time
from dataclasses import dataclass
from typing import Any

from sandbox.clock import Clock
from sandbox.settings import Settings
from sandbox.storage import Json, Storage
from sandbox.stripe.errors import missing

API_VERSION = "2026-10-28.endive"
# Stripe tries for three days (https://docs.stripe.com/webhooks#retries); real seconds, as it is the receiver that must come back.
_GIVES_UP_AFTER_S = 3 * 86_400
_ALPHABET = string.ascii_letters + string.digits


def new_id(prefix: str, length: int = 24) -> str:
    return f"{prefix}_" + "".join(secrets.choice(_ALPHABET) for _ in range(length))


def visible(value: Any) -> Any:
    """Without the sandbox's own fields, whose names begin with an underscore."""
    if isinstance(value, dict):
        return {key: visible(item) for key, item in value.items() if not key.startswith("_")}
    return [visible(item) for item in value] if isinstance(value, list) else value


@dataclass(frozen=True)
class Session:
    storage: Storage
    clock: Clock
    settings: Settings
    account: str | None = None  # the connected account acted for, or the platform itself
    request_id: str | None = None
    idempotency_key: str | None = None

    def now(self) -> int:
        return int(self.clock.time())

    def on_behalf_of(self, account: str | None) -> "Session":
        return Session(self.storage, self.clock, self.settings, account, self.request_id, self.idempotency_key)

    def insert(self, body: Json) -> Json:
        self.storage.insert(body["object"], self.account, body)
        return body

    def save(self, body: Json) -> None:
        self.storage.save(body)

    def get(self, kind: str, object_id: str, *, param: str | None = None, deleted: bool = False) -> Json:
        """An object of this account; what remains of a deleted one only where it is asked for.

        Raises:
            StripeError: 404, or 400 where a parameter named it.
        """
        found = self.storage.get(kind, self.account, object_id)
        if found is None or (found.get("deleted") and not deleted):
            raise missing(kind, object_id, param=param or "id", status=400 if param else 404)
        return found

    def emit(self, type_: str, subject: Json, previous: Json | None = None) -> None:
        """Record an event with a snapshot of its subject, and queue its webhook."""
        data: Json = {"object": visible(subject)}
        if previous is not None:
            data["previous_attributes"] = previous
        event: Json = {
            "id": new_id("evt"),
            "object": "event",
            "api_version": API_VERSION,
            "created": self.now(),
            "data": data,
            "livemode": False,
            "request": {"id": self.request_id, "idempotency_key": self.idempotency_key},
            "type": type_,
        }
        if self.account is not None:
            event["account"] = self.account
        # Events of connected accounts are listed by the platform under the account; the webhook carries `account`.
        self.insert(json.loads(json.dumps(event)))
        if self.settings.webhook_url:
            now = time.time()
            self.storage.execute(
                "INSERT INTO deliveries (event_id, due, gives_up) VALUES (?, ?, ?)", event["id"], now, now + _GIVES_UP_AFTER_S
            )

    def schedule(self, kind: str, object_id: str, delay_s: float = 0) -> None:
        """Let sandbox.stripe.jobs take a step with the object when the sandbox clock gets there."""
        self.storage.execute("INSERT INTO jobs (due, kind, object_id) VALUES (?, ?, ?)", self.clock.time() + delay_s, kind, object_id)
