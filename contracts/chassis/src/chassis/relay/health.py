"""The relay's health page: live, ready, metrics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from aiohttp import web
from prometheus_client import generate_latest

from chassis.relay.broker import Broker
from chassis.relay.database import DatabaseRelay
from chassis.relay.metrics import Metrics

_BEHIND_SECONDS = 30.0


def health_app(relays: Sequence[DatabaseRelay], broker: Broker, metrics: Metrics) -> web.Application:
    """Routes for the orchestrator and for Prometheus.

    A relay that is behind is ready all the same: to take it away would put it further behind.
    """

    async def live(_: web.Request) -> web.Response:
        return web.json_response({"status": "live"})

    async def ready(_: web.Request) -> web.Response:
        trouble = {relay.name: relay.trouble for relay in relays if relay.trouble is not None}
        if not broker.connected:
            trouble["broker"] = "not connected"
        backlogs = {relay.name: asdict(relay.backlog) for relay in relays}
        behind = any(relay.backlog.oldest_s > _BEHIND_SECONDS for relay in relays)
        status = "unready" if trouble else "behind" if behind else "ready"
        return web.json_response({"status": status, "trouble": trouble, "outbox": backlogs}, status=503 if trouble else 200)

    async def show_metrics(_: web.Request) -> web.Response:
        return web.Response(body=generate_latest(metrics.registry), headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})

    app = web.Application()
    app.add_routes([web.get("/health/live", live), web.get("/health/ready", ready), web.get("/metrics", show_metrics)])
    return app
