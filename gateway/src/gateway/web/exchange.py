"""One HTTP exchange: its request id, span, log line and metrics, and every refusal turned into a problem document."""

from __future__ import annotations

import re
import time

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler
from opentelemetry.trace import SpanKind, Status, StatusCode

from chassis import tracing
from chassis.ids import new_id
from contracts.errors import DomainError, ProblemError
from gateway import metrics, problems
from gateway.problems import HttpProblem
from gateway.rest.conditional import CONDITIONAL

REQUEST_ID = web.RequestKey("request_id", str)
EXTRA_HEADERS = web.RequestKey("extra_headers", dict[str, str])  # for whatever answer goes out, a problem too
_SANE_ID = re.compile(r"[A-Za-z0-9._:-]{8,128}")
_SOCKETS = "/socket.io"
_PROBES = ("/health/", "/metrics")
_COMPRESSED_FROM = 1024  # bytes
_log = structlog.get_logger("gateway.http")


def request_id_of(request: web.Request) -> str:
    """The client's X-Request-Id where it is sane, else a new one."""
    given = request.headers.get("X-Request-Id", "")
    return given if _SANE_ID.fullmatch(given) else new_id("request")


@web.middleware
async def exchange(request: web.Request, handler: Handler) -> web.StreamResponse:
    request[REQUEST_ID] = request_id = request_id_of(request)
    request[EXTRA_HEADERS] = {}
    if request.path.startswith(_SOCKETS):
        return await handler(request)  # a socket lives for hours: its calls have spans and metrics of their own
    route = _route_of(request)
    begun = time.perf_counter()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=request_id)
    with (
        metrics.HTTP_IN_FLIGHT.track_inprogress(),
        tracing.tracer.start_as_current_span(
            f"{request.method} {route}", context=tracing.extract(request.headers), kind=SpanKind.SERVER
        ) as span,
    ):
        span.set_attributes({"http.request.method": request.method, "http.route": route, "url.path": request.path})
        response = await _answer(request, handler, request_id)
        span.set_attribute("http.response.status_code", response.status)
        if response.status >= 500:
            span.set_status(Status(StatusCode.ERROR))
        seconds = time.perf_counter() - begun
        if not request.path.startswith(_PROBES):
            _log.info("http_request", method=request.method, route=route, status=response.status, ms=round(seconds * 1000, 2))
    metrics.HTTP_SECONDS.labels(request.method, route, response.status).observe(seconds)
    response.headers.update(request[EXTRA_HEADERS])
    return response


def _route_of(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "unknown"


async def _answer(request: web.Request, handler: Handler, request_id: str) -> web.StreamResponse:
    try:
        response = await handler(request)
    except HttpProblem as problem:
        return problems.http_response(problem, request_id)
    except DomainError as refusal:
        return problems.response(refusal.problem(), request_id)
    except ProblemError as refusal:
        return problems.response(refusal.problem, request_id, conditional=request.get(CONDITIONAL, False))
    except web.HTTPException as error:
        return problems.http_response(_own(error), request_id)
    except Exception:
        _log.exception("request_failed", method=request.method, path=request.path)
        return problems.response(problems.INTERNAL, request_id, status=500)
    if _to_compress(response):
        response.enable_compression()
        response.headers.add("Vary", "Accept-Encoding")
    return response


def _to_compress(response: web.StreamResponse) -> bool:
    """Whether a body is worth it; one that varies by Accept-Encoding already was encoded by whoever answers."""
    if not isinstance(response, web.Response) or "Accept-Encoding" in response.headers.get("Vary", ""):
        return False
    return isinstance(response.body, bytes) and len(response.body) >= _COMPRESSED_FROM


def _own(error: web.HTTPException) -> HttpProblem:
    """What aiohttp's router refuses, in our shape."""
    if isinstance(error, web.HTTPMethodNotAllowed):
        allowed = ", ".join(sorted(error.allowed_methods))
        return HttpProblem(405, "gateway.method.not_allowed", f"This path takes {allowed}.", headers={"Allow": allowed})
    if error.status == 404:
        return HttpProblem(404, "gateway.route.not_found", "There is no such route.")
    if error.status == 413:
        return HttpProblem(413, "gateway.body.too_large", "The body is too large.")
    return HttpProblem(error.status, "gateway.request.refused", error.reason)
