"""Cursors: where a page ended, as an opaque text that a client hands back to get the next one."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import orjson

from contracts.errors import DomainError, FieldError, Kind

# What a page may be sorted by. A cursor comes from outside: nothing but these may get from it into a query.
Key = str | int | float | bool | datetime
Sort = Sequence[tuple[str, int]]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_INT64 = range(-(2**63), 2**63)


class InvalidCursor(DomainError):
    """The cursor is damaged, or belongs to another list."""

    kind: ClassVar[Kind] = Kind.INVALID
    code: ClassVar[str] = "chassis.cursor.invalid"

    def __init__(self) -> None:
        super().__init__(fields=(FieldError(pointer="/cursor", detail="not a cursor of this list"),))


def encode_cursor(keys: Sequence[Key], sort: Sort) -> str:
    """The cursor behind the item that has these sort keys, in a list that is sorted like this."""
    data = orjson.dumps([_digest(sort), *(_packed(key) for key in keys)])
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def decode_cursor(cursor: str, sort: Sort) -> list[Key]:
    """The sort keys in a cursor.

    Raises:
        InvalidCursor: it is damaged, or was made for a list that is sorted otherwise.
    """
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        digest, *packed = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        keys = [_unpacked(key) for key in packed]
    except (ValueError, TypeError, OverflowError, binascii.Error) as error:
        raise InvalidCursor from error
    if digest != _digest(sort) or len(keys) != len(sort):
        raise InvalidCursor
    return keys


def after(keys: Sequence[Key], sort: Sort) -> dict[str, Any]:
    """The MongoDB condition "comes after these keys in this order".

    Each sort field must be present and of one type in every document (MongoDB compares within a type only). The range
    on the first field says nothing new, but gives an index its bounds.
    """
    alternatives: list[dict[str, Any]] = []
    for position, ((field, direction), key) in enumerate(zip(sort, keys, strict=True)):
        alternative: dict[str, Any] = {name: keys[index] for index, (name, _) in enumerate(sort[:position])}
        alternative[field] = {"$gt" if direction > 0 else "$lt": key}
        alternatives.append(alternative)
    if len(alternatives) == 1:
        return alternatives[0]
    field, direction = sort[0]
    return {field: {"$gte" if direction > 0 else "$lte": keys[0]}, "$or": alternatives}


def _digest(sort: Sort) -> str:
    return hashlib.sha256(repr([(field, direction) for field, direction in sort]).encode()).hexdigest()[:8]


def _packed(key: Key) -> Any:
    if isinstance(key, datetime):
        return [(key - _EPOCH) // _MILLISECOND]  # what MongoDB stores
    return key


def _unpacked(packed: Any) -> Key:
    if isinstance(packed, list):
        (milliseconds,) = packed
        if not isinstance(milliseconds, int):
            raise TypeError("a moment is whole milliseconds")
        return _EPOCH + milliseconds * _MILLISECOND
    if not isinstance(packed, str | int | float | bool):
        raise TypeError("a cursor holds scalars")
    if isinstance(packed, int) and packed not in _INT64:
        raise OverflowError("MongoDB holds no such number")
    return packed
