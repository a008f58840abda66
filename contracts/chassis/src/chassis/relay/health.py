"""The relay's health page: live, ready, metrics."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web
from prometheus_client import generate_latest

from chassis.relay.broker import Broker
from chassis.relay.database import DatabaseRelay
from chassis.relay.metrics import Metrics


def health_app(relays: Sequence[DatabaseRelay], broker: Broker, metrics: Metrics) -> web.Application:
    """Routes for the orchestrator and for Prometheus."""

    async def live(_: web.Request) -> web.Response:
        return web.json_response({"status": "live"})

    async def ready(_: web.Request) -> web.Response:
        trouble = {relay.name: relay.trouble for relay in relays if relay.trouble is not None}
        if not broker.connected:
            trouble["broker"] = "not connected"
        return web.json_response({"status": "unready" if trouble else "ready", "trouble": trouble}, status=503 if trouble else 200)

    async def show_metrics(_: web.Request) -> web.Response:
        return web.Response(body=generate_latest(metrics.registry), headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})

    app = web.Application()
    app.add_routes([web.get("/health/live", live), web.get("/health/ready", ready), web.get("/metrics", show_metrics)])
    return app
