"""The OpenAPI 3.1 document, made from the route table and the schemas of the messages."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from contracts import catalogue, schemas
from contracts.base import Done, Request, View
from contracts.errors import FieldError
from gateway.rest import conditional
from gateway.rest.openapi_special import SPECIAL
from gateway.rest.routes import Auth, Route
from gateway.rest.search import DegradedSearchView

_SCHEMAS = "#/components/schemas/{model}"
_GROUPS = {
    "identity": "Accounts and sessions",
    "authentication": "Proving who one is",
    "administration": "Administration",
    "configuration": "Settings and feature flags",
    "organisations": "Organisations",
    "credentials": "API keys and programs",
    "referrals": "Referrals",
    "showcase": "Files, portfolio, experts",
    "personal_data": "One's own data",
    "challenges": "Challenges",
    "applications": "Applications",
    "submissions": "Deliveries",
    "reviews": "Reviews",
    "payments": "Money",
    "documents": "Documents and reports",
    "subscriptions": "Subscriptions",
    "messaging": "Conversations",
    "matching": "Search and matches",
    "notifications": "Notifications",
    "dead_letters": "Administration",
}
_RATE_HEADERS = {
    "RateLimit-Policy": {"description": "The limit: requests q in w seconds.", "schema": {"type": "string"}},
    "RateLimit": {"description": "What is left of it: r requests, whole again in t seconds.", "schema": {"type": "string"}},
    "X-Request-Id": {"description": "Names this exchange in logs and traces.", "schema": {"type": "string"}},
}
_REFUSALS = {
    400: "The request cannot be read: broken JSON, a malformed header.",
    401: "No access token, or one that is not valid any more.",
    403: "Not allowed to this person.",
    404: "There is no such thing, or none this person may see.",
    408: "The body did not arrive in time.",
    409: "It does not fit the present state.",
    412: "The version named by If-Match is not the present one.",
    413: "The body is too large.",
    415: "The body is not application/json.",
    422: "A field does not fit: see errors.",
    429: "Too many requests: wait for Retry-After seconds.",
    503: "A part of the platform does not answer: try again after Retry-After seconds.",
}


def document(routes: Iterable[Route]) -> dict[str, Any]:
    """The whole document."""
    routes = tuple(routes)
    found = _schemas(routes)
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, found)
    for path, operations in SPECIAL.items():
        paths.setdefault(path, {}).update(operations)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "OpenChance",
            "version": "1",
            "description": "Challenges, applications, escrow, deliveries, chat and payouts. Money is in minor units (cents), time in UTC. "
            "Lists are paged by `cursor`. Refusals are problem documents (RFC 9457) with a stable `code`.",
        },
        "tags": [{"name": name} for name in dict.fromkeys((*_GROUPS.values(), "Webhooks"))],
        "paths": paths,
        "components": {
            "schemas": {**found.components, "Problem": _problem_schema()},
            "responses": {
                f"Problem{status}": {
                    "description": text,
                    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
                }
                for status, text in _REFUSALS.items()
            },
            "headers": _RATE_HEADERS,
            "securitySchemes": {"accessToken": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


def asyncapi() -> dict[str, Any]:
    """The domain events as an AsyncAPI document that stands alone: the events' schemas are in it."""
    whole = schemas.asyncapi()
    for event in catalogue.events():
        whole["components"]["messages"][event.type()]["payload"]["schema"] = schemas.event_schema(event)
    return whole


@dataclass(frozen=True, slots=True)
class _Schemas:
    """`inputs`: each request's whole schema; `views`: a reference to each answer's; `components`: what both refer to, and the bodies."""

    inputs: dict[type[Request[Any]], dict[str, Any]]
    views: dict[type[View], dict[str, Any]]
    components: dict[str, Any]


def _schemas(routes: tuple[Route, ...]) -> _Schemas:
    by_name = {request.__name__: request for route in routes for request in (route.request, route.search) if request is not None}
    requests = [by_name[name] for name in sorted(by_name)]
    views: list[type[View]] = sorted({request.answer for request in requests} | {DegradedSearchView}, key=lambda view: view.__name__)
    modes: list[tuple[type[BaseModel], JsonSchemaMode]] = [
        *((request, "validation") for request in requests),
        *((view, "serialization") for view in views if view is not Done),
    ]
    references, whole = models_json_schema(modes, ref_template=_SCHEMAS)
    components: dict[str, Any] = whole["$defs"]
    inputs = {request: components.pop(_name(references[request, "validation"])) for request in requests}
    for route in routes:
        if route.has_body and route.body_fields:
            components[route.request.__name__] = _narrowed(inputs[route.request], route)
    return _Schemas(inputs, {view: references[view, "serialization"] for view in views if view is not Done}, components)


def _narrowed(schema: dict[str, Any], route: Route) -> dict[str, Any]:
    """The command as its body carries it: what the path and If-Match say is not in it."""
    kept = {name: part for name, part in schema.get("properties", {}).items() if name in route.body_fields}
    required = [name for name in schema.get("required", ()) if name in kept]
    rest = {name: part for name, part in schema.items() if name not in ("properties", "required")}
    return {**rest, "properties": kept, **({"required": required} if required else {})}


def _name(reference: dict[str, Any]) -> str:
    return str(reference["$ref"]).rpartition("/")[2]


def _operation(route: Route, found: _Schemas) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.name,
        "tags": [_GROUPS[route.group]],
        "summary": _summary(route),
        "parameters": _parameters(route, found),
        "responses": _responses(route, found),
    }
    if route.request.__doc__ and route.request.__doc__ != Request.__doc__:
        operation["description"] = " ".join(route.request.__doc__.split())
    if route.has_body and route.body_fields:
        required = any(field.is_required() for name, field in route.request.model_fields.items() if name in route.body_fields)
        schema = {"$ref": _SCHEMAS.format(model=route.request.__name__)}
        operation["requestBody"] = {"required": required, "content": {"application/json": {"schema": schema}}}
    if route.auth is not Auth.NONE:
        operation["security"] = [{"accessToken": []}, *([{}] if route.auth is Auth.OPTIONAL else [])]
    else:
        operation["security"] = []
    return operation


def _summary(route: Route) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", " ", route.request.__name__).capitalize()


def _parameters(route: Route, found: _Schemas) -> list[dict[str, Any]]:
    parameters = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": found.inputs[route.request]["properties"][name],
        }
        for name in sorted(route.path_fields)
    ]
    if not route.has_body:
        parameters += _query_parameters(route, found)
    if route.takes_version:
        parameters.append(_header("If-Match", "The ETag of the version to change; another one is 412."))
    if route.idempotent:
        parameters.append(
            _header("Idempotency-Key", "The same key and request again get the same answer; with another request the key is 422.")
        )
    if route.media_type is not None and "locale" in route.body_fields:
        parameters.append(_header("Accept-Language", "The language of the file where `locale` does not say; else the reader's own."))
    if route.method == "GET" and conditional.tagged(route.request.answer):
        parameters.append(_header("If-None-Match", "Answers 304 if the thing still has this ETag."))
    return parameters


def _header(name: str, text: str) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": False, "description": text, "schema": {"type": "string"}}


def _query_parameters(route: Route, found: _Schemas) -> list[dict[str, Any]]:
    schema = found.inputs[route.request]
    wanted = dict(schema.get("properties", {}))
    required = frozenset(schema.get("required", ()))
    if route.search is not None:
        for name, part in found.inputs[route.search]["properties"].items():
            both = name in wanted and wanted[name] != part
            wanted[name] = {"anyOf": [wanted[name], part], "description": "The second form goes with q."} if both else part
    return [
        {"name": name, "in": "query", "required": name in required, "schema": part}
        for name, part in wanted.items()
        if name in route.body_fields or route.search is not None
    ]


def _responses(route: Route, found: _Schemas) -> dict[str, Any]:
    headers: dict[str, Any] = {name: {"$ref": f"#/components/headers/{name}"} for name in _RATE_HEADERS}
    view = route.request.answer
    if conditional.tagged(view):
        headers["ETag"] = {"description": "The version, for If-Match and If-None-Match.", "schema": {"type": "string"}}
    if route.location is not None:
        headers["Location"] = {"schema": {"type": "string"}}
    answered: dict[str, Any] = {"description": "Done.", "headers": headers}
    if route.status != 204:
        schema = found.views[view]
        if route.search is not None:
            others = (found.views[other] for other in (route.search.answer, DegradedSearchView))
            schema = {
                "oneOf": [schema, *others],
                "description": "Without q a list; with q search results; `degraded` while search is away.",
            }
        answered |= {"description": "The answer.", "content": {"application/json": {"schema": schema}}}
    if route.media_type is not None:
        headers["Content-Disposition"] = {"description": "The name of the file.", "schema": {"type": "string"}}
        answered["content"] = {route.media_type: {"schema": {"type": "string", "format": "binary"}}}
    return {
        str(route.status): answered,
        **{str(status): {"$ref": f"#/components/responses/Problem{status}"} for status in _refusals(route)},
    }


def _refusals(route: Route) -> list[int]:
    left_out = set()
    if not route.has_body:
        left_out |= {408, 413, 415} | ({409} if route.method == "GET" else set())
    if route.auth is Auth.NONE and route.group != "identity":
        left_out |= {401, 403}
    if not route.takes_version:
        left_out.add(412)
    return [status for status in _REFUSALS if status not in left_out]


def _problem_schema() -> dict[str, Any]:
    text = {"type": "string"}
    return {
        "title": "Problem",
        "description": "A refusal (RFC 9457). Switch on `code`; `detail` is for people.",
        "type": "object",
        "required": ["type", "title", "status", "code", "detail", "request_id"],
        "properties": {
            "type": text,
            "title": text,
            "status": {"type": "integer"},
            "code": text,
            "detail": text,
            "request_id": text,
            "errors": {"type": "array", "items": FieldError.model_json_schema(mode="serialization")},
        },
    }
