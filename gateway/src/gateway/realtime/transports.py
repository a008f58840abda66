"""The HTTP requests that carry sockets: long polls and web sockets, which would hold up a stop until their clients let go."""

from __future__ import annotations

import asyncio

from aiohttp import web
from aiohttp.typedefs import Handler

from gateway import problems
from gateway.rest.admission import limited
from gateway.settings import RateClass
from gateway.shared.rate_limits import RateLimits
from gateway.web.client_address import client_address
from gateway.web.exchange import request_id_of


class Transports:
    """Knows the requests below `path` that are open, and can end them. A handshake counts as one of its address' reads."""

    def __init__(self, path: str, limits: RateLimits, trusted_proxies: int) -> None:
        self._path, self._limits, self._trusted_proxies = path, limits, trusted_proxies
        self._open: set[asyncio.Transport] = set()
        self._polls: set[asyncio.Task[object]] = set()

    @web.middleware
    async def follow(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        transport, task = request.transport, asyncio.current_task()
        if transport is None or task is None or not request.path.startswith(self._path):
            return await handler(request)
        if "sid" not in request.query:
            verdict = await self._limits.take(RateClass.READ, f"address:{client_address(request, self._trusted_proxies)}")
            if not verdict.allowed:
                return problems.response(limited(verdict).problem, request_id_of(request))
        self._open.add(transport)
        if request.method == "GET" and request.query.get("transport") == "polling":
            self._polls.add(task)
        try:
            return await handler(request)
        finally:
            self._open.discard(transport)
            self._polls.discard(task)

    def close(self) -> None:
        """Hang up; what has been written still goes out."""
        for transport in self._open:
            transport.close()
        for poll in self._polls:
            poll.cancel()  # it waits for something to say, even to a client that has gone
