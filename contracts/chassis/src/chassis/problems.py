"""How what went wrong in an entrypoint is told to the caller."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from contracts.errors import FieldError, Kind, Problem

_RETRY_AFTER_S = 1


def invalid_request(service: str, error: ValidationError, request: Any) -> Problem:
    """A request that does not fit its schema, with a JSON pointer to each field."""
    fields = tuple(
        FieldError(pointer=pointer(item["loc"], request), detail=item["msg"])
        for item in error.errors(include_url=False, include_context=False, include_input=False)
    )
    return Problem(kind=Kind.INVALID, code=f"{service}.request.invalid", detail="The request does not fit its schema.", fields=fields)


def malformed_request(service: str) -> Problem:
    return Problem(kind=Kind.INVALID, code=f"{service}.request.invalid", detail="The request is not a JSON object.")


def unknown_method(service: str, method: str) -> Problem:
    """Temporary in a rolling upgrade: this replica is older than its caller."""
    return Problem(
        kind=Kind.UNAVAILABLE, code=f"{service}.method.unknown", detail=f"{service} has no method {method}.", retry_after_s=_RETRY_AFTER_S
    )


def unavailable(service: str, detail: str = "The service cannot answer at present.") -> Problem:
    return Problem(kind=Kind.UNAVAILABLE, code=f"{service}.unavailable", detail=detail, retry_after_s=_RETRY_AFTER_S)


def outcome_unknown(service: str) -> Problem:
    """For a command without an idempotency key whose first taker died: doing it again might do it twice."""
    return Problem(
        kind=Kind.UNAVAILABLE,
        code=f"{service}.outcome_unknown",
        detail="The service was interrupted; the request may have been carried out. With an Idempotency-Key it can safely be repeated.",
        retry_after_s=_RETRY_AFTER_S,
    )


def answer(problem: Problem) -> bytes:
    """The body of an RPC reply that refuses."""
    return b'{"result":null,"error":{"exc_type":"Problem","exc_path":"","exc_args":[],"value":%b}}' % problem.model_dump_json().encode()


def pointer(location: Sequence[int | str], data: Any) -> str:
    """pydantic's location as a JSON pointer (RFC 6901) into `data`; the names of union members that pydantic adds are left out."""
    parts = []
    for position, part in enumerate(location):
        last = position == len(location) - 1
        if isinstance(data, dict) and (part in data or (last and isinstance(part, str) and not _is_union_member(part))):
            data = data.get(part)
        elif isinstance(data, list | tuple) and isinstance(part, int) and part < len(data):
            data = data[part]
        else:
            continue
        parts.append(str(part).replace("~", "~0").replace("/", "~1"))
    return "".join(f"/{part}" for part in parts)


def _is_union_member(part: str) -> bool:
    return "[" in part or not part.isidentifier()
