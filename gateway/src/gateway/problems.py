"""Refusals as HTTP: the only place where kinds of problem become status codes (RFC 9457)."""

from __future__ import annotations

import orjson
from aiohttp import web

from contracts.errors import FieldError, Kind, Problem

CONTENT_TYPE = "application/problem+json"
# The last part of the code of a lost update: `chassis.stale_version`, or a service's own word for its aggregate.
STALE = ("stale_version", "stale")
_RETRY_AFTER_S = 1

_STATUS = {
    Kind.NOT_FOUND: 404,
    Kind.FORBIDDEN: 403,
    Kind.UNAUTHENTICATED: 401,
    Kind.CONFLICT: 409,
    Kind.INVALID: 422,
    Kind.LIMITED: 429,
    Kind.UNAVAILABLE: 503,
}
_TITLES = {
    400: "Malformed request",
    401: "Log in first",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    408: "Too slow",
    409: "Conflict",
    412: "Precondition failed",
    413: "Too large",
    415: "Unsupported content type",
    422: "Invalid request",
    429: "Too many requests",
    500: "Internal error",
    503: "Unavailable for the moment",
}
INTERNAL = Problem(kind=Kind.UNAVAILABLE, code="gateway.internal", detail="Something went wrong on our side. It has been recorded.")


class HttpProblem(Exception):
    """A refusal that speaks of HTTP itself (400, 405, 408, 413, 415): `status` has no counterpart among the kinds."""

    def __init__(self, status: int, code: str, detail: str, *, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail, self.headers = status, code, detail, headers or {}


def malformed(code: str, detail: str) -> HttpProblem:
    """A 400: the request cannot be read."""
    return HttpProblem(400, code, detail)


def document(status: int, code: str, detail: str, request_id: str, fields: tuple[FieldError, ...] = ()) -> dict[str, object]:
    """The problem document, the same over HTTP and over sockets."""
    told: dict[str, object] = {
        "type": "about:blank",
        "title": _TITLES.get(status, "Error"),
        "status": status,
        "code": code,
        "detail": detail,
        "request_id": request_id,
    }
    if fields:
        told["errors"] = [{"pointer": field.pointer, "detail": field.detail} for field in fields]
    return told


def status_of(problem: Problem, *, conditional: bool = False) -> int:
    """The status of a problem; `conditional` when the request carried If-Match, which a stale version fails (RFC 9110, 13.1.1)."""
    if conditional and problem.code.rpartition(".")[2] in STALE:
        return 412
    return _STATUS[problem.kind]


def headers_of(problem: Problem, status: int) -> dict[str, str]:
    """What a refusal must carry besides its body."""
    headers = {}
    if status == 401:
        error = 'error="invalid_token"' if problem.code == "identity.token.invalid" else ""
        headers["WWW-Authenticate"] = f'Bearer realm="openchance"{", " * bool(error)}{error}'
    if problem.retry_after_s is not None:
        headers["Retry-After"] = str(problem.retry_after_s)
    elif status == 503:
        headers["Retry-After"] = str(_RETRY_AFTER_S)
    return headers


def response(problem: Problem, request_id: str, *, status: int | None = None, conditional: bool = False) -> web.Response:
    """The answer to a request that is refused so."""
    status = status or status_of(problem, conditional=conditional)
    return web.Response(
        status=status,
        body=orjson.dumps(document(status, problem.code, problem.detail, request_id, problem.fields)),
        content_type=CONTENT_TYPE,
        headers=headers_of(problem, status),
    )


def http_response(problem: HttpProblem, request_id: str) -> web.Response:
    """The answer to a request that is refused for its form."""
    return web.Response(
        status=problem.status,
        body=orjson.dumps(document(problem.status, problem.code, problem.detail, request_id)),
        content_type=CONTENT_TYPE,
        headers=problem.headers,
    )
