"""Headers every answer carries: request id, security headers, and CORS for the origins that are allowed."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware

from gateway.web.client_scheme import client_scheme
from gateway.web.exchange import REQUEST_ID

# An API answers with data: nothing in it may be framed, run or loaded. The page at /docs sets its own policy.
_SECURITY = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "DENY",  # for browsers that do not know frame-ancestors
}
_HSTS = "max-age=63072000; includeSubDomains"
_METHODS = "GET, POST, PATCH, PUT, DELETE"
_ASKED = "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, X-Request-Id, traceparent, tracestate"
_SHOWN = (
    "Content-Disposition, ETag, Location, Retry-After, RateLimit, RateLimit-Policy, Idempotent-Replayed, X-Request-Id, WWW-Authenticate"
)
_SOCKETS = "/socket.io"  # python-socketio answers CORS for its own path


def on_prepare(origins: tuple[str, ...], credentialed: re.Pattern[str]) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    """The signal handler that completes the headers of each answer. `credentialed`: the paths whose cookies a browser is to keep."""

    async def complete(request: web.Request, response: web.StreamResponse) -> None:
        headers = response.headers
        headers["Server"] = "openchance"
        headers["X-Request-Id"] = request.get(REQUEST_ID, "")
        for name, value in _SECURITY.items():
            headers.setdefault(name, value)
        if client_scheme(request) == "https":
            headers["Strict-Transport-Security"] = _HSTS
        if origins and not request.path.startswith(_SOCKETS):
            headers.add(hdrs.VARY, "Origin")
            if (origin := request.headers.get(hdrs.ORIGIN)) in origins:
                headers[hdrs.ACCESS_CONTROL_ALLOW_ORIGIN] = origin
                headers[hdrs.ACCESS_CONTROL_EXPOSE_HEADERS] = _SHOWN
                # without it a browser throws away the cookie of an answer to a script
                if origin != "*" and credentialed.fullmatch(request.path):
                    headers[hdrs.ACCESS_CONTROL_ALLOW_CREDENTIALS] = "true"

    return complete


def preflight(origins: tuple[str, ...]) -> Middleware:
    """The middleware that answers CORS preflight requests (Fetch standard, 4.8)."""

    @web.middleware
    async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
        asks = request.method == hdrs.METH_OPTIONS and hdrs.ACCESS_CONTROL_REQUEST_METHOD in request.headers
        if not asks or request.path.startswith(_SOCKETS) or request.headers.get(hdrs.ORIGIN) not in origins:
            return await handler(request)
        return web.Response(
            status=204,
            headers={
                hdrs.ACCESS_CONTROL_ALLOW_METHODS: _METHODS,
                hdrs.ACCESS_CONTROL_ALLOW_HEADERS: _ASKED,
                hdrs.ACCESS_CONTROL_MAX_AGE: "600",
            },
        )

    return answer
