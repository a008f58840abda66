"""What a dead letter is: read from the message that died, shown without secrets, sent again as it once came."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from chassis.event_headers import (
    ATTEMPT,
    ERROR,
    ERROR_TRACE,
    ERROR_TRACE_ID,
    FAILED_AT,
    FIRST_FAILED_AT,
    OF_THE_BROKER,
    OF_THE_FAILURE,
    REPLAY,
    attribute,
)
from contracts import catalogue
from contracts.admin.views import DeadLetterDetailView, DeadLetterView, LetterStatus

_MASK = "***"
_LONGEST_BODY = 200_000  # characters shown

Letter = dict[str, Any]


def read(message: Any, queue: str, now: datetime) -> Letter:
    """The letter that a message of the queue's dead letters is. `key` names the event for its handler, `replays` the replay it died of."""
    headers: Mapping[str, Any] = message.headers
    body = bytes(message.body) if not isinstance(message.body, str) else message.body.encode()
    failed_at = _moment(headers.get(FAILED_AT)) or now
    event_id = str(attribute(headers, "id") or "")
    sequence = str(attribute(headers, "sequence") or "")
    return {
        "key": f"{queue}/{event_id or hashlib.sha256(body).hexdigest()}",
        "queue": queue,
        "event_id": event_id,
        "event_type": str(attribute(headers, "type") or message.properties.get("type") or ""),
        "subject": str(attribute(headers, "subject") or ""),
        "sequence": int(sequence) if sequence.isdecimal() else None,
        "status": LetterStatus.WAITING.value,
        "replays": int(headers.get(REPLAY) or 0),
        "error": str(headers.get(ERROR) or "The process ended each time it was handed this event, or its handler was retired."),
        "traceback": headers.get(ERROR_TRACE),
        "trace_id": headers.get(ERROR_TRACE_ID) or None,
        "attempts": int(headers.get(ATTEMPT) or headers.get("x-delivery-count") or 0),
        "first_failed_at": _moment(headers.get(FIRST_FAILED_AT)) or failed_at,
        "last_failed_at": failed_at,
        "headers": orjson.dumps(_original(headers), default=str).decode(),
        "content_type": message.content_type or "application/json",
        "content_encoding": message.content_encoding or "utf-8",
        "body": body,
    }


def headers_again(letter: Letter) -> dict[str, Any]:
    """The headers to send it again with: those it came with, and which replay this is."""
    return {**orjson.loads(letter["headers"]), REPLAY: letter["replays"]}


def view(letter: Letter, service: str) -> DeadLetterView:
    return DeadLetterView(**_shown(letter, service))


def detail(letter: Letter, service: str) -> DeadLetterDetailView:
    return DeadLetterDetailView(
        **_shown(letter, service),
        traceback=letter["traceback"] if not is_secret(letter) else None,
        headers={name: str(value) for name, value in orjson.loads(letter["headers"]).items()},
        body=_shown_body(letter),
        reason=letter.get("reason"),
    )


def is_secret(letter: Letter) -> bool:
    """Whether the event holds a credential. Of a type that is not known here nobody can say, so it counts as one."""
    event = catalogue.event_named(letter["event_type"])
    return event is None or event.secret


def _shown(letter: Letter, service: str) -> dict[str, Any]:
    names = DeadLetterView.model_fields.keys() - {"id", "service", "error"}
    error = letter["error"] if not is_secret(letter) else letter["error"].partition(":")[0]  # the text may quote the message
    return {"id": letter["_id"], "service": service, "error": error, **{name: letter[name] for name in names}}


def _shown_body(letter: Letter) -> str:
    body, event = letter.get("body"), catalogue.event_named(letter["event_type"])
    if body is None or event is None:
        return _MASK
    if not event.secret:
        return bytes(body).decode(errors="replace")[:_LONGEST_BODY]
    try:
        data = orjson.loads(bytes(body))
        return orjson.dumps({name: value if name == event.subject_field else _MASK for name, value in data.items()}).decode()
    except (ValueError, AttributeError):
        return _MASK


def _original(headers: Mapping[str, Any]) -> dict[str, Any]:
    """Without what failing and the broker added."""
    return {name: value for name, value in headers.items() if name not in OF_THE_BROKER and name not in OF_THE_FAILURE and name != REPLAY}


def _moment(text: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
