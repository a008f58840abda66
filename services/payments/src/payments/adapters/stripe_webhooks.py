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
            return Webhook(str(event["id"]), str(event["type"]), _saga_id(event))
        except (stripe.SignatureVerificationError, ValueError, LookupError, TypeError) as error:
            raise BadSignature from error


def _saga_id(event: dict[str, Any]) -> str | None:
    data = event.get("data")
    thing = data.get("object") if isinstance(data, dict) else None
    metadata = thing.get("metadata") if isinstance(thing, dict) else None
    saga_id = metadata.get("saga_id") if isinstance(metadata, dict) else None
    return saga_id if isinstance(saga_id, str) else None
