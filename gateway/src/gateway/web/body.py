"""Reading bodies within a bound."""

from __future__ import annotations

from aiohttp import web

from gateway.problems import HttpProblem, malformed


async def read_body(request: web.Request, limit: int) -> bytes:
    """The whole body.

    Raises:
        HttpProblem: 400, it does not arrive whole; 413, it is longer than `limit` bytes; 415, it is compressed (RFC 9110, 15.5.16).
    """
    if request.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        detail = "Send the body without compression."
        raise HttpProblem(415, "gateway.content_encoding.unsupported", detail, headers={"Accept-Encoding": "identity"})
    if (request.content_length or 0) > limit:
        raise _too_large(limit)
    chunks, size = [], 0
    try:
        async for chunk in request.content.iter_any():
            size += len(chunk)
            if size > limit:
                raise _too_large(limit)
            chunks.append(chunk)
    except OSError:  # the client left in the middle: reset, or timed out
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
