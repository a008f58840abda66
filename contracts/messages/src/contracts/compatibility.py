"""May a message's schema change like this? Adding an optional field keeps the version; anything else is a new version.

One more thing is allowed of requests alone, since their reader is the one that changed: to accept more (another enum
value, a wider limit).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]

_PROSE = {"title", "description", "examples", "$id", "$defs", "default", "discriminator"}
_LOWER_LIMITS = {"minimum", "exclusiveMinimum", "minLength", "minItems"}
_UPPER_LIMITS = {"maximum", "exclusiveMaximum", "maxLength", "maxItems"}


def breaches(old: Schema, new: Schema, *, reader_changed: bool) -> list[str]:
    """What about `new` would break a peer that knows `old`, a line each, led by the field's path.

    `reader_changed`: true for requests (the service that reads them changed), false for answers and events.
    """
    if old == new:
        return []
    return list(_compare(old, new, "", _Side(old, new, reader_changed), frozenset()))


class _Side:
    """The two documents, for following `$ref`, and the direction of the change."""

    def __init__(self, old: Schema, new: Schema, reader_changed: bool) -> None:
        self.old, self.new, self.reader_changed = old, new, reader_changed

    def resolve(self, schema: Schema, document: Schema) -> Schema:
        while "$ref" in schema:
            schema = document["$defs"][schema["$ref"].rsplit("/", 1)[1]]
        return schema


def _compare(old: Schema, new: Schema, path: str, side: _Side, seen: frozenset[tuple[str, str]]) -> Iterator[str]:
    names = (old.get("$ref", ""), new.get("$ref", ""))
    if all(names):
        if names in seen:
            return
        seen |= {names}
    old, new = side.resolve(old, side.old), side.resolve(new, side.new)
    where = path or "/"
    yield from _compare_properties(old, new, path, side, seen)
    for keyword in ("items", "additionalProperties"):
        before, after = old.get(keyword), new.get(keyword)
        if isinstance(before, dict) and isinstance(after, dict):
            yield from _compare(before, after, f"{path}/*", side, seen)
        elif before != after:
            yield f"{where}: {keyword} changed"
    for keyword in ("anyOf", "oneOf"):
        yield from _compare_choices(old.get(keyword, []), new.get(keyword, []), path, side, seen)
    yield from _compare_keywords(old, new, where, side.reader_changed)


def _compare_properties(old: Schema, new: Schema, path: str, side: _Side, seen: frozenset[tuple[str, str]]) -> Iterator[str]:
    before, after = old.get("properties", {}), new.get("properties", {})
    required_before, required_after = set(old.get("required", ())), set(new.get("required", ()))
    for name in before:
        if name not in after:
            yield f"{path}/{name}: was removed"
        else:
            yield from _compare(before[name], after[name], f"{path}/{name}", side, seen)
    for name in sorted(required_after - required_before):
        yield f"{path}/{name}: " + ("became required" if name in before else "is new and required; give it a default")
    if not side.reader_changed:
        for name in sorted((required_before - required_after) & set(after)):
            yield f"{path}/{name}: is no longer always there"


def _compare_choices(old: list[Schema], new: list[Schema], path: str, side: _Side, seen: frozenset[tuple[str, str]]) -> Iterator[str]:
    if len(new) < len(old) or (len(new) > len(old) and not side.reader_changed):
        yield f"{path or '/'}: the choice of types changed"
        return
    for before, after in zip(old, new, strict=False):
        yield from _compare(before, after, path, side, seen)


def _compare_keywords(old: Schema, new: Schema, where: str, reader_changed: bool) -> Iterator[str]:
    structural = {"properties", "required", "items", "additionalProperties", "anyOf", "oneOf", "$ref"}
    for keyword in sorted((old.keys() | new.keys()) - _PROSE - structural):
        before, after = old.get(keyword), new.get(keyword)
        if before == after or (reader_changed and _accepts_more(keyword, before, after)):
            continue
        yield f"{where}: {keyword} changed from {before!r} to {after!r}"


def _accepts_more(keyword: str, before: Any, after: Any) -> bool:
    if keyword == "enum":
        return set(before or ()) <= set(after or ())
    if keyword in _LOWER_LIMITS:
        return after is None or (before is not None and after <= before)
    if keyword in _UPPER_LIMITS:
        return after is None or (before is not None and after >= before)
    return False
