"""Whether this replica lives, and whether to send it work."""

from __future__ import annotations

from dataclasses import dataclass

import orjson
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from gateway.realtime.feed import EventFeed
from gateway.rpc import Rpc
from gateway.shared.connection import SharedRedis


@dataclass(slots=True)
class Health:
    """`stopping` turns readiness false before anything else stops.

    Without the broker nothing can be answered: not ready. Without Redis everything can, only with less comfort: still ready,
    but `degraded`, or an outage of a cache would take all replicas away at once.
    """

    broker: Rpc
    feed: EventFeed
    redis: SharedRedis
    stopping: bool = False

    async def live(self, _request: web.Request) -> web.Response:
        return _json(200, {"status": "live"})

    async def ready(self, _request: web.Request) -> web.Response:
        dependencies = {
            "broker": _word(self.broker.connected),
            "events": _word(self.feed.connected),
            "redis": _word(await self.redis.available()),
        }
        able = self.broker.connected and self.feed.connected and not self.stopping
        status = "stopping" if self.stopping else "unavailable" if not able else "degraded" if "down" in dependencies.values() else "ready"
        return _json(200 if able else 503, {"status": status, "dependencies": dependencies})

    async def metrics(self, _request: web.Request) -> web.Response:
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})


def _word(up: bool) -> str:
    return "up" if up else "down"


def _json(status: int, document: object) -> web.Response:
    return web.Response(status=status, body=orjson.dumps(document), content_type="application/json", headers={"Cache-Control": "no-store"})
