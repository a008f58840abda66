"""`python -m contracts.schemas check|write|release`: the published schemas, generated from the message classes and kept compatible."""

from __future__ import annotations

import json
import re
import shutil
import sys
from functools import cache
from pathlib import Path
from typing import Any

from contracts import catalogue
from contracts.base import Event, Request
from contracts.compatibility import breaches

FOLDER = Path(__file__).parents[2] / "schemas"
RELEASED = FOLDER.parent / "released"  # a folder of schemas for each version that may still run beside today's code; never edited
_VERSION = re.compile(r"(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)")


def event_schema(event: type[Event]) -> dict[str, Any]:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": event.dataschema(),
        **event.model_json_schema(mode="serialization"),
    }


def request_schema(request: type[Request[Any]]) -> dict[str, Any]:
    """Request and answer of one RPC method, each a schema of its own."""
    return {
        "service": request.service,
        "method": request.method(),
        "request": request.model_json_schema(mode="validation"),
        "answer": request.answer.model_json_schema(mode="serialization"),
    }


def asyncapi() -> dict[str, Any]:
    """The events as an AsyncAPI 3.0 document: a channel for each exchange, a message for each type."""
    channels: dict[str, Any] = {}
    messages: dict[str, Any] = {}
    operations: dict[str, Any] = {}
    for event in catalogue.events():
        exchanges = [f"{event.source}.events"] + (["openchance.public"] if event.public else [])
        messages[event.type()] = {
            "name": event.type(),
            "title": event.__name__,
            "summary": (event.__doc__ or event.__name__).strip().splitlines()[0],
            "contentType": "application/json",
            "headers": {"$ref": "#/components/schemas/CloudEventHeaders"},
            "payload": {"schemaFormat": "application/schema+json;version=draft-2020-12", "schema": {"$ref": f"events/{event.type()}.json"}},
        }
        for exchange in exchanges:
            channel = channels.setdefault(
                exchange,
                {
                    "address": exchange,
                    "messages": {},
                    "bindings": {"amqp": {"is": "routingKey", "exchange": {"name": exchange, "type": "topic", "durable": True}}},
                },
            )
            channel["messages"][event.type()] = {"$ref": f"#/components/messages/{event.type()}"}
            operation = operations.setdefault(
                f"publish-{exchange}", {"action": "send", "channel": {"$ref": f"#/channels/{exchange}"}, "messages": []}
            )
            operation["messages"].append({"$ref": f"#/channels/{exchange}/messages/{event.type()}"})
    attributes = ("specversion", "id", "source", "type", "time", "subject", "dataschema", "sequence", "traceparent")
    headers = {f"cloudEvents_{name}": {"type": "string"} for name in attributes}
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "OpenChance domain events", "version": "1", "description": "CloudEvents 1.0 in AMQP binary mode."},
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages, "schemas": {"CloudEventHeaders": {"type": "object", "properties": headers}}},
    }


@cache
def documents() -> dict[str, Any]:
    """Every generated document by its path under `schemas/`. They are made once: whoever gets them leaves them as they are."""
    found: dict[str, Any] = {f"events/{event.type()}.json": event_schema(event) for event in catalogue.events()}
    found |= {f"rpc/{request.service}.{request.method()}.json": request_schema(request) for request in catalogue.requests()}
    found["asyncapi.json"] = asyncapi()
    return found


def incompatibilities(folder: Path, generated: dict[str, Any]) -> list[str]:
    """What the code would break of what is published in `folder`: `<file>: <field>: <what>` a line."""
    found = []
    for path in sorted(folder.glob("*/*.json")):
        name = path.relative_to(folder).as_posix()
        published, current = json.loads(path.read_text()), generated.get(name)
        if current is None:
            found.append(f"{name}: the message was removed or renamed; keep it until no released peer uses it")
        elif name.startswith("events/"):
            found += [f"{name}: {line}" for line in breaches(published, current, reader_changed=False)]
        else:
            found += [f"{name}: request {line}" for line in breaches(published["request"], current["request"], reader_changed=True)]
            found += [f"{name}: answer {line}" for line in breaches(published["answer"], current["answer"], reader_changed=False)]
    return found


def released(folder: Path = RELEASED) -> list[str]:
    """The released versions, oldest first."""
    return sorted((path.name for path in folder.iterdir()), key=_number)


def _number(version: str) -> tuple[int, ...]:
    if not _VERSION.fullmatch(version):
        raise ValueError(f"{version!r} is no version: three numbers, as 0.2.0")
    return tuple(map(int, version.split(".")))


def problems(schemas: Path = FOLDER, releases: Path = RELEASED) -> list[str]:
    """Why today's messages may not be published beside what was: a line each, empty when they may."""
    generated = documents()
    found = incompatibilities(schemas, generated)
    for version in released(releases):
        found += [f"released {version}: {line}" for line in incompatibilities(releases / version, generated)]
    return found


def stale(schemas: Path = FOLDER) -> list[str]:
    """Which files do not say what the code says: a line each."""
    names = [name for name, text in _rendered().items() if not (schemas / name).exists() or (schemas / name).read_text() != text]
    return [f"{name}: not up to date; run `make contracts-write`" for name in names]


def release(version: str, schemas: Path = FOLDER, releases: Path = RELEASED) -> list[str]:
    """Freeze the published schemas as this version's; says what forbids it, a line each.

    Raises:
        ValueError: it is no version.
    """
    if (last := released(releases)[-1:]) and _number(version) <= _number(last[0]):
        return [f"{version} does not come after {last[0]}: what was released is never changed"]
    if not (found := problems(schemas, releases) or stale(schemas)):
        shutil.copytree(schemas, releases / version)
    return found


@cache
def _rendered() -> dict[str, str]:
    return {name: json.dumps(document, indent=1, ensure_ascii=False, sort_keys=True) + "\n" for name, document in documents().items()}


def _write() -> list[str]:
    if not (found := problems()):
        for name, text in _rendered().items():
            target = FOLDER / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
    return found


def main(arguments: list[str]) -> int:
    """`check` compares, `write` brings the files up to date, `release` freezes them; all refuse an incompatible change."""
    match arguments:
        case ["check"]:
            found = problems() or stale()
        case ["write"]:
            found = _write()
        case ["release", version] if _VERSION.fullmatch(version):
            found = release(version)
        case _:
            print("usage: python -m contracts.schemas check|write|release <version, as 0.2.0>", file=sys.stderr)  # noqa: T201 - as below
            return 2
    for line in found:
        print(line, file=sys.stderr)  # noqa: T201 - a command line tool
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
