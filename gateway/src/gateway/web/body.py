"""Reading bodies within a bound."""

from __future__ import annotations

import asyncio

from aiohttp import web

from gateway.problems import HttpProblem, malformed

WITHIN_S = 60  # from the head to the body's end: at the longest body that we take, a connection of 140 kbit/s


async def read_body(request: web.Request, limit: int) -> bytes:
    """The whole body.

    Raises:
        HttpProblem: 400, it does not arrive whole; 408, not within a minute; 413, it is longer than `limit` bytes; 415, it is compressed
            (RFC 9110, 15.5.16).
    """
    if request.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        detail = "Send the body without compression."
        raise HttpProblem(415, "gateway.content_encoding.unsupported", detail, headers={"Accept-Encoding": "identity"})
    if (request.content_length or 0) > limit:
        raise _too_large(limit)
    chunks, size = [], 0
    try:
        async with asyncio.timeout(WITHIN_S) as patience:
            async for chunk in request.content.iter_any():
                size += len(chunk)
                if size > limit:
                    raise _too_large(limit)
                chunks.append(chunk)
    except OSError:  # TimeoutError is one: ours, or the connection's, as when the client left in the middle
        if patience.expired():
            detail = f"The body did not arrive within {WITHIN_S} seconds."
            raise HttpProblem(408, "gateway.body.too_slow", detail, headers={"Connection": "close"}) from None
        raise malformed("gateway.body.incomplete", "The body did not arrive whole.") from None
    return b"".join(chunks)


def require_json(request: web.Request) -> None:
    """Raises:
    HttpProblem: 415, the body is not declared as JSON in UTF-8.
    """
    if request.content_type != "application/json" or (request.charset or "utf-8").lower() != "utf-8":
        raise HttpProblem(
            415, "gateway.content_type.unsupported", "Send the body as application/json in UTF-8.", headers={"Accept": "application/json"}
        )


def _too_large(limit: int) -> HttpProblem:
    return HttpProblem(413, "gateway.body.too_large", f"The body may have at most {limit} bytes.", headers={"Connection": "close"})
