"""A vendor outside the platform, for the probe's external effects: idempotent by key, and now and then unreliable."""

from __future__ import annotations

import zlib
from collections import Counter

from aiohttp import web

from chaos.history import History


class Vendor:
    """One effect a key. Of ten keys, one is refused at first, and one is served and its connection dropped."""

    def __init__(self, history: History, port: int) -> None:
        self._history = history
        self._port = port
        self._calls: Counter[str] = Counter()
        self._done: set[str] = set()
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}/effects"

    async def start(self) -> None:
        app = web.Application()
        app.add_routes([web.post("/effects", self._effect)])
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _effect(self, request: web.Request) -> web.Response:
        key, fact = request.headers["Idempotency-Key"], await request.text()
        self._calls[key] += 1
        mood = zlib.crc32(key.encode()) % 10
        if mood == 0 and self._calls[key] == 1:
            return web.Response(status=503)
        if key not in self._done:
            self._done.add(key)
            self._history.add("vendor", key=key, fact=fact)
        if mood == 1 and self._calls[key] == 1 and request.transport is not None:
            request.transport.close()
        return web.Response(status=200)
