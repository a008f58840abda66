"""The headers of an event's message: CloudEvents attributes, and what we note on it when its handler fails."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

ATTEMPT = "x-openchance-attempt"  # how many attempts have failed
ERROR = "x-openchance-error"
ERROR_TRACE = "x-openchance-traceback"
ERROR_TRACE_ID = "x-openchance-trace-id"
FAILED_AT = "x-openchance-failed-at"
FIRST_FAILED_AT = "x-openchance-first-failed-at"
QUEUE = "x-openchance-queue"
REPLAY = "x-openchance-replay"  # which replay out of the dead letters this is; stays with the message

OF_THE_FAILURE = (ATTEMPT, ERROR, ERROR_TRACE, ERROR_TRACE_ID, FAILED_AT, FIRST_FAILED_AT, QUEUE)
DELIVERY_COUNT = "x-delivery-count"  # how often a quorum queue has had it back
OF_THE_BROKER = (
    "x-death",
    DELIVERY_COUNT,
    "x-acquired-count",
    "x-first-death-exchange",
    "x-first-death-queue",
    "x-first-death-reason",
    "x-last-death-exchange",
    "x-last-death-queue",
    "x-last-death-reason",
)


def attribute(headers: Mapping[str, Any], name: str) -> Any:
    """A CloudEvents attribute (AMQP binding 1.0, binary mode; some senders write `:` for `_`)."""
    return headers.get(f"cloudEvents_{name}", headers.get(f"cloudEvents:{name}"))
