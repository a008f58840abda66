"""By which scheme a client reached us, as far as the proxy that ends TLS tells."""

from __future__ import annotations

from aiohttp import web

_OF_PAGES = {"wss": "https", "ws": "http"}  # some proxies name a web socket's own, and a browser its page's in Origin


def client_scheme(request: web.Request) -> str:
    """`https` or `http`: the first value of X-Forwarded-Proto, which tells of the client's own connection, or else that of ours.

    Without a proxy clients can say here what they like; so this decides only about what browsers, which say nothing of the kind, are told.
    """
    told = request.headers.get("X-Forwarded-Proto", "").split(",")[0].strip().lower()
    return _OF_PAGES.get(told, told) or request.scheme
