"""Webhooks of Stripe: verified by the SDK, and read for nothing but ids (https://docs.stripe.com/webhooks)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import stripe

from payments.domain.errors import BadSignature
from payments.usecases.ports import Webhook

TOLERANCE_SECONDS = 300


@dataclass(frozen=True, slots=True)
class StripeWebhooks:
    secret: str

    def read(self, payload: str, signature: str) -> Webhook:
        """Raises:
        BadSignature: not signed with our secret, signed too long ago, or not an event.
        """
        try:
            stripe.WebhookSignature.verify_header(payload, signature, self.secret, tolerance=TOLERANCE_SECONDS)
            event = json.loads(payload)
            event_id, event_type, thing = str(event["id"]), str(event["type"]), _object(event)
            return Webhook(event_id, event_type, _told(thing, "saga_id"), _told(thing, "user_id"), _text(thing.get("id")))
        except (stripe.SignatureVerificationError, ValueError, LookupError, TypeError) as error:
            raise BadSignature from error


def _object(event: dict[str, Any]) -> dict[str, Any]:
    data = event.get("data")
    thing = data.get("object") if isinstance(data, dict) else None
    return thing if isinstance(thing, dict) else {}


def _told(thing: dict[str, Any], name: str) -> str | None:
    """What we wrote on the object when it was made."""
    metadata = thing.get("metadata")
    return _text(metadata.get(name)) if isinstance(metadata, dict) else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
