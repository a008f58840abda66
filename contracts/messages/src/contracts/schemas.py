"""`python -m contracts.schemas check|write`: the published schemas, generated from the message classes and kept compatible."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from contracts import catalogue
from contracts.base import Event, Request
from contracts.compatibility import breaches

FOLDER = Path(__file__).parents[2] / "schemas"


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


def documents() -> dict[str, Any]:
    """Every generated document by its path under `schemas/`."""
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


def _rendered(document: Any) -> str:
    return json.dumps(document, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def main(arguments: list[str]) -> int:
    """`check` compares, `write` brings the files up to date; both refuse an incompatible change."""
    if arguments not in (["check"], ["write"]):
        print("usage: python -m contracts.schemas check|write", file=sys.stderr)  # noqa: T201 - a command line tool
        return 2
    generated = documents()
    problems = incompatibilities(FOLDER, generated)
    if arguments == ["write"] and not problems:
        for name, document in generated.items():
            target = FOLDER / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(_rendered(document))
        return 0
    if not problems:
        stale = [name for name, doc in generated.items() if not (FOLDER / name).exists() or (FOLDER / name).read_text() != _rendered(doc)]
        problems = [f"{name}: not up to date; run `make contracts-write`" for name in stale]
    for line in problems:
        print(line, file=sys.stderr)  # noqa: T201 - a command line tool
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
