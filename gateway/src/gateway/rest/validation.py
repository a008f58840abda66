"""From untrusted data to a typed request, and from pydantic's complaints to field errors that name the place and never the value."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from contracts.errors import DomainError, FieldError, Kind

Asked = TypeVar("Asked", bound=BaseModel)
_MOST_ERRORS = 50
_LONGEST_NAME = 100


class InvalidRequest(DomainError):
    """The request does not fit: see errors."""

    kind = Kind.INVALID
    code = "gateway.request.invalid"


def from_json(request: type[Asked], data: Mapping[str, Any]) -> Asked:
    """Validate JSON data strictly: no number from a string, no fraction cut to an integer.

    Raises:
        InvalidRequest: with a pointer for each field that does not fit.
    """
    try:
        text = json.dumps(data, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError):  # socket payloads are not from JSON: they may hold bytes
        raise InvalidRequest("The payload must be a JSON object.") from None
    try:
        return request.model_validate_json(text.encode(errors="surrogatepass"), strict=True)
    except ValidationError as error:
        raise InvalidRequest(fields=field_errors(error, data)) from None


def from_strings(request: type[Asked], data: Mapping[str, str]) -> Asked:
    """Validate what comes from a URL: everything is text, read as the field's type.

    Raises:
        InvalidRequest: with a pointer for each parameter that does not fit.
    """
    try:
        return request.model_validate_strings(data)
    except ValidationError as error:
        raise InvalidRequest(fields=field_errors(error, data)) from None


def refuse(*names: str, why: str) -> None:
    """Raises:
    InvalidRequest: if any name is given.
    """
    if names:
        raise InvalidRequest(fields=tuple(FieldError(pointer=pointer([name]), detail=why) for name in sorted(names)[:_MOST_ERRORS]))


def single_values(query: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The query parameters, each of which may come once.

    Raises:
        InvalidRequest: one came twice.
    """
    pairs = list(query)
    times = Counter(name for name, _ in pairs)
    refuse(*(name for name in times if times[name] > 1), why="given more than once")
    return dict(pairs)


def pointer(path: Sequence[str | int]) -> str:
    """A JSON pointer (RFC 6901); a name too long to be one of ours is cut."""
    return "".join(f"/{str(part)[:_LONGEST_NAME].replace('~', '~0').replace('/', '~1')}" for part in path)


def field_errors(error: ValidationError, data: Any) -> tuple[FieldError, ...]:
    """One field error for each complaint that is not merely the consequence of another."""
    complaints = error.errors(include_url=False, include_input=False)
    places = [complaint["loc"] for complaint in complaints]
    told = []
    for complaint in complaints:
        location = complaint["loc"]
        if complaint["type"] == "too_short" and any(len(place) > len(location) and place[: len(location)] == location for place in places):
            continue  # pydantic counts only the items that were valid
        told.append(FieldError(pointer=pointer(_path(location, complaint["type"], data)), detail=_detail(complaint)))
    return tuple(told[:_MOST_ERRORS])


def _path(location: tuple[int | str, ...], kind: str, data: Any) -> list[int | str]:
    """The place in the data: pydantic's location without the tags of unions, which stand in no document."""
    path: list[int | str] = []
    for index, part in enumerate(location):
        last = index == len(location) - 1
        if isinstance(data, Mapping):
            if part in data:
                data = data[str(part)]
            elif not (last and kind == "missing"):
                continue
        elif isinstance(data, list):
            if not isinstance(part, int):
                continue
            data = data[part] if part < len(data) else None
        path.append(part)
    return path


def _detail(complaint: ErrorDetails) -> str:
    kind, context = complaint["type"], complaint.get("ctx", {})
    if kind == "union_tag_invalid":  # pydantic's own words repeat the input
        return f"{context['discriminator'].strip(chr(39))} must be one of {context['expected_tags']}"
    if kind == "union_tag_not_found":
        return f"{context['discriminator'].strip(chr(39))} is required"
    if kind == "value_error":
        return "must be an email address" if "reason" in context else str(context["error"])
    if kind == "extra_forbidden":
        return "unknown field"
    if kind == "missing":
        return "is required"
    return complaint["msg"].replace("Input should be", "must be").replace("String should", "must").replace("Tuple should", "must")
