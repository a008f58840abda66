"""Start the relay: `python -m chassis.relay`. SIGTERM and SIGINT stop it: what is in flight is confirmed and marked first."""

from __future__ import annotations

import asyncio
import signal
import sys

import structlog
from aiohttp import web
from pydantic import ValidationError

from chassis import crash_points, logging
from chassis.clock import open_clock
from chassis.relay.broker import Broker
from chassis.relay.database import DatabaseRelay
from chassis.relay.health import health_app
from chassis.relay.metrics import Metrics
from chassis.relay.settings import RelaySettings
from chassis.settings import complaint
from chassis.stalls import StallWatch, stall_seconds, watched
from contracts.topology import consumers_of


async def serve(settings: RelaySettings, stop: asyncio.Event) -> None:
    """Relay every database of the settings until `stop`.

    Raises:
        OSError: the health port is taken.
    """
    metrics, broker, clock = Metrics(), Broker(settings.amqp_url), open_clock(settings.clock_url)
    consumers = consumers_of(settings.awaited())
    relays = [DatabaseRelay(name, url, broker, consumers, metrics, clock) for name, url in settings.databases.items()]
    health = web.AppRunner(health_app(relays, broker, metrics), access_log=None)
    await health.setup()
    try:
        await web.TCPSite(health, "0.0.0.0", settings.health_port).start()  # noqa: S104 - probes come from outside
        async with (
            watched(StallWatch(settings.stall_threshold_s, stall_seconds(metrics.registry), service="relay")),
            asyncio.TaskGroup() as tasks,
        ):
            for relay in relays:
                tasks.create_task(relay.run(stop))
    finally:
        await broker.close()
        await health.cleanup()


async def _main() -> None:
    settings = RelaySettings()
    crash_points.arm(settings.crash_at)
    logging.configure(settings.log_format, service="relay")
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    log = structlog.get_logger("chassis.relay")
    log.info("relay_started", databases=sorted(settings.databases))
    await serve(settings, stop)
    log.info("relay_stopped")


if __name__ == "__main__":
    try:
        asyncio.run(_main())
    except ValidationError as error:
        sys.exit(complaint(error, RelaySettings))
