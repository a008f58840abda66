"""The HTTP requests that carry sockets: long polls and web sockets, which would hold up a stop until their clients let go."""

from __future__ import annotations

import asyncio

from aiohttp import web
from aiohttp.typedefs import Handler

from contracts.errors import ProblemError
from gateway import problems
from gateway.rest.admission import Admission
from gateway.settings import RateClass
from gateway.web.exchange import request_id_of


class Transports:
    """Knows the requests below `path` that are open, and can end them. A handshake counts as one of its address' reads."""

    def __init__(self, path: str, admission: Admission) -> None:
        self._path, self._admission = path, admission
        self._open: set[asyncio.Transport] = set()
        self._polls: set[asyncio.Task[object]] = set()

    @web.middleware
    async def follow(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        transport, task = request.transport, asyncio.current_task()
        if transport is None or task is None or not request.path.startswith(self._path):
            return await handler(request)
        if "sid" not in request.query:
            try:
                await self._admission.admit_address(request, RateClass.READ)
            except ProblemError as refusal:
                return problems.response(refusal.problem, request_id_of(request))
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
