"""The OpenAPI document as a page for people: one HTML file without scripts and without anything from elsewhere."""

from __future__ import annotations

import base64
import hashlib
from html import escape
from typing import Any

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1c2430;background:#fff}
h1{font-size:1.8rem}h2{margin-top:2.5rem;border-bottom:1px solid #d5dbe3}
details{border:1px solid #d5dbe3;border-radius:6px;margin:.5rem 0}
summary{padding:.5rem .75rem;cursor:pointer}details>div{padding:0 .75rem .75rem}code,pre{font:14px/1.4 ui-monospace,monospace}
.m{display:inline-block;width:4.2rem;font-weight:600}.get{color:#0a6640}.post{color:#0b57a4}.patch,.put{color:#8a5200}.delete{color:#a61b1b}
table{border-collapse:collapse;width:100%}
td,th{text-align:left;padding:.2rem .6rem .2rem 0;vertical-align:top;border-bottom:1px solid #eef1f5}
@media(prefers-color-scheme:dark){body{background:#12161c;color:#dde3ea}details,h2,td,th{border-color:#333c48}.get{color:#5fd39a}
.post{color:#7db8f5}.patch,.put{color:#f0b45c}.delete{color:#ff8f8f}a{color:#7db8f5}}
"""
POLICY = (
    f"default-src 'none'; style-src 'sha256-{base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()}'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)


def render(document: dict[str, Any]) -> str:
    """The page for an OpenAPI document."""
    operations = [(path, method, operation) for path, methods in document["paths"].items() for method, operation in methods.items()]
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>",
        f"<title>{escape(document['info']['title'])} API</title><style>{_STYLE}</style>",
        f"<h1>{escape(document['info']['title'])} API</h1><p>{_prose(document['info']['description'])}</p>",
        "<p>Machine-readable: <a href=/openapi.json>OpenAPI 3.1</a>, <a href=/asyncapi.json>AsyncAPI (events)</a>.</p>",
    ]
    for tag in document["tags"]:
        parts.append(f"<h2>{escape(tag['name'])}</h2>")
        parts += [_operation(path, method, operation) for path, method, operation in operations if tag["name"] in operation["tags"]]
    parts.append("<h2>Schemas</h2>")
    parts += [_schema(name, schema) for name, schema in sorted(document["components"]["schemas"].items())]
    return "".join(parts)


def _prose(text: str) -> str:
    pieces = text.split("`")
    return "".join(f"<code>{escape(piece)}</code>" if index % 2 else escape(piece) for index, piece in enumerate(pieces))


def _operation(path: str, method: str, operation: dict[str, Any]) -> str:
    rows = [(parameter["name"], parameter["in"], _type(parameter["schema"])) for parameter in operation["parameters"]]
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    answers = []
    for status, answer in operation["responses"].items():
        content = answer.get("content", {}).get("application/json", {}).get("schema")
        name = f" {_type(content)}" if content else ""
        answers.append(f"<code>{status}</code>{name}")
    table = "".join(f"<tr><td><code>{escape(name)}</code><td>{place}<td>{kind}" for name, place, kind in rows)
    access = "no token" if not operation["security"] else "token optional" if {} in operation["security"] else "access token"
    name = f"<span class='m {method}'>{method.upper()}</span><code>{escape(path)}</code>"
    return (
        f"<details id={operation['operationId']}><summary>{name}</summary><div>"
        f"<p>{_prose(operation.get('description', operation['summary']))}</p>"
        + (f"<table>{table}</table>" if rows else "")
        + (f"<p>Body: {_type(body)}</p>" if body else "")
        + f"<p>Access: {access}. Answers: {', '.join(answers)}</p></div></details>"
    )


def _schema(name: str, schema: dict[str, Any]) -> str:
    required = frozenset(schema.get("required", ()))
    rows = "".join(
        f"<tr><td><code>{escape(field)}</code>{'' if field in required else ' <small>optional</small>'}<td>{_type(part)}"
        for field, part in schema.get("properties", {}).items()
    )
    shown = f"<table>{rows}</table>" if rows else f"<p>{_type(schema)}</p>"
    about = f"<p>{_prose(' '.join(schema['description'].split()))}</p>" if schema.get("description") else ""
    return f"<details id='schema-{escape(name)}'><summary><code>{escape(name)}</code></summary><div>{about}{shown}</div></details>"


def _type(schema: dict[str, Any]) -> str:
    """A schema in a few words, linked to the schemas it names."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f"<a href='#schema-{name}'>{name}</a>"
    for union in ("anyOf", "oneOf"):
        if union in schema:
            return " or ".join(_type(part) for part in schema[union])
    if "enum" in schema:
        return " | ".join(f"<code>{escape(str(value))}</code>" for value in schema["enum"])
    if "const" in schema:
        return f"<code>{escape(str(schema['const']))}</code>"
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    words = [escape(str(schema.get("type", "any")))]
    words += [f"{word} {escape(str(schema[key]))}" for key, word in _BOUNDS.items() if key in schema]
    return ", ".join(words)


_BOUNDS = {
    "format": "as",
    "minLength": "length from",
    "maxLength": "length to",
    "minimum": "from",
    "exclusiveMinimum": "above",
    "maximum": "to",
}
