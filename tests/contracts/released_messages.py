"""Messages as a released version knows them: samples made from its schemas alone, which together use every field and every choice."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jsonschema_rs import Draft202012Validator

from contracts import schemas

Schema = dict[str, Any]

_TYPE_ID = re.compile(r"^\^([a-z_]+)_\[0-7\]")
_BY_FORMAT = {
    "date-time": "2031-05-01T12:00:00.000Z",
    "date": "2031-05-01",
    "email": "ada@example.com",
    "uri": "https://example.com/",
}
_BY_NAME = {"currency": ("EUR",)}
# The first that fits a text's pattern and limits is taken.
_TEXTS = ("a text", "x" * 12, "DE", "en", "123456", "https://files.example.com/a.pdf", "text/plain", "pm_card_visa", "24:00", "09:00")
_LARGE = 1_000_000
_numbers_of_ids = itertools.count(1)  # nothing is the same thing by accident

# What a message demands beyond its schema.
_BEYOND: dict[str, Callable[[dict[str, Any]], bool]] = {
    "rpc/identity.register_user.json": lambda data: {"challenger", "solver", "expert"}.issuperset(data["roles"]),
    "rpc/messaging.list_messages.json": lambda data: data.get("after_seq") is None or data.get("before_seq") is None,
    "rpc/notifications.mark_notifications_read.json": lambda data: bool(data.get("ids")) != bool(data.get("all")),
    "rpc/payments.refund_escrow.json": lambda data: (data.get("milestone_id") is None) != (data.get("amount") is None),
    "rpc/payments.release_escrow.json": lambda data: (data.get("milestone_id") is None) != (data.get("amount") is None),
}


@dataclass(frozen=True)
class Released:
    """One message of a released version. `name` is the path of its schema."""

    version: str
    name: str
    document: Schema

    @property
    def is_event(self) -> bool:
        return self.name.startswith("events/")

    @property
    def event_type(self) -> str:
        return Path(self.name).stem

    @property
    def method(self) -> tuple[str, str]:
        """The service and the method that a request is for."""
        return self.document["service"], self.document["method"]

    def samples(self) -> list[dict[str, Any]]:
        """Events as they were published, or requests as they were sent."""
        found = samples_of(self.document if self.is_event else self.document["request"])
        return list(filter(_BEYOND.get(self.name, lambda _: True), found))

    def not_understood(self, answers_or_events: Iterable[Any]) -> list[str]:
        """What a consumer that knows this version alone cannot read; it ignores fields that it does not know."""
        return _complaints(tolerant(self.document if self.is_event else self.document["answer"]), answers_or_events)


def all_released() -> list[Released]:
    """Every event and request of every released version."""
    return [
        Released(version, path.relative_to(schemas.RELEASED / version).as_posix(), json.loads(path.read_text()))
        for version in schemas.released()
        for path in sorted((schemas.RELEASED / version).glob("*/*.json"))
    ]


def samples_of(document: Schema) -> list[Any]:
    """Valid data for a schema: what is required alone, each optional field alone, all together; every choice somewhere.

    Raises:
        ValueError: a sample is not valid: this generator misses something.
    """
    found = list(_samples(document, document))
    if complaints := _complaints(document, found):
        raise ValueError("; ".join(complaints))
    return found


def tolerant(schema: Any) -> Any:
    """The schema as a consumer applies it that ignores what it does not know."""
    if isinstance(schema, list):
        return [tolerant(part) for part in schema]
    if isinstance(schema, dict):
        return {name: tolerant(part) for name, part in schema.items() if (name, part) != ("additionalProperties", False)}
    return schema


def _complaints(schema: Schema, samples: Iterable[Any]) -> list[str]:
    validator = Draft202012Validator(schema, validate_formats=True)
    return [f"{error.instance_path}: {error.message}" for sample in samples for error in validator.iter_errors(sample)]


def _samples(schema: Schema, document: Schema) -> Iterator[Any]:
    if "$ref" in schema:
        yield from _samples(document["$defs"][schema["$ref"].rsplit("/", 1)[1]], document)
    elif "const" in schema:
        yield schema["const"]
    elif "enum" in schema:
        yield from schema["enum"]
    elif choices := schema.get("anyOf") or schema.get("oneOf"):
        for choice in choices:
            yield from _samples(choice, document)
    else:
        yield from _OF_TYPE[schema.get("type", "object")](schema, document)


def _objects(schema: Schema, document: Schema) -> Iterator[dict[str, Any]]:
    fields: dict[str, Schema] = schema.get("properties", {})
    values = {name: list(_BY_NAME.get(name) or _samples(field, document)) for name, field in fields.items()}
    # A constant says which of several types this is: senders leave it out never, though it has a default.
    required = [name for name, field in fields.items() if name in schema.get("required", ()) or "const" in field]
    least = {name: values[name][0] for name in required}
    yield least
    for name in [name for name in fields if name not in required]:
        yield {**least, name: values[name][0]}
    for turn in range(max(map(len, values.values()), default=0)):
        yield {name: some[turn % len(some)] for name, some in values.items()}
        yield {name: values[name][turn % len(values[name])] for name in required}
    if isinstance(rest := schema.get("additionalProperties"), dict):
        yield {"key": next(_samples(rest, document))}


def _arrays(schema: Schema, document: Schema) -> Iterator[list[Any]]:
    least = schema.get("minItems", 0)
    for item in _samples(schema["items"], document):
        yield [item] * max(1, least)
    if not least:
        yield []


def _texts(schema: Schema, _document: Schema) -> Iterator[str]:
    pattern = schema.get("pattern", "")
    if "format" in schema:
        yield _BY_FORMAT[schema["format"]]
    elif kind := _TYPE_ID.match(pattern):
        yield f"{kind.group(1)}_01k9zzzzzz8zzv{next(_numbers_of_ids):012}"
    else:
        shortest, longest = schema.get("minLength", 0), schema.get("maxLength", 10**6)
        yield next(text for text in _TEXTS if re.search(pattern, text) and shortest <= len(text) <= longest)


def _numbers(schema: Schema, _document: Schema) -> Iterator[int]:
    least = schema.get("minimum", schema["exclusiveMinimum"] + 1 if "exclusiveMinimum" in schema else 0)
    yield least
    yield min(schema.get("maximum", _LARGE), _LARGE)


_OF_TYPE: dict[str, Callable[[Schema, Schema], Iterator[Any]]] = {
    "object": _objects,
    "array": _arrays,
    "string": _texts,
    "integer": _numbers,
    "number": _numbers,
    "boolean": lambda _schema, _document: iter((True, False)),
    "null": lambda _schema, _document: iter((None,)),
}
