"""`python -m gateway`: serve until SIGTERM, then stop cleanly."""

from __future__ import annotations

import asyncio
import signal
import sys

from chassis.lean import uncollected

with uncollected():
    import structlog
    import uvloop
    from aiohttp import web
    from pydantic import ValidationError

    from chassis import logging, tracing
    from chassis.settings import complaint
    from chassis.stalls import StallWatch, stall_seconds, watched
    from gateway.app import HEALTH, create_app
    from gateway.settings import Settings

_log = structlog.get_logger("gateway")


async def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT: readiness turns false, no new connections, what is in flight ends, sockets close."""
    app = create_app(settings)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=settings.stop_timeout_s, handler_cancellation=False)
    await runner.setup()
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    try:
        await web.TCPSite(runner, settings.host, settings.port, backlog=1024).start()
        _log.info("gateway_started", host=settings.host, port=settings.port)
        async with watched(StallWatch(settings.stall_threshold_s, stall_seconds(), service="gateway")):
            await stopping.wait()
        _log.info("gateway_stopping")
        app[HEALTH].stopping = True
    finally:
        await runner.cleanup()
    _log.info("gateway_stopped")


def main() -> int:
    """Returns the exit status; what is missing in the environment is told by name."""
    try:
        settings = Settings()
    except ValidationError as error:
        print(complaint(error, Settings), file=sys.stderr)  # noqa: T201 - there is no log yet
        return 2
    logging.configure(settings.log_format, settings.log_level, service="gateway")
    provider = tracing.configure("gateway", settings.otlp_endpoint)
    try:
        uvloop.run(serve(settings))
    except (OSError, ValueError) as error:
        print(f"gateway: {error}", file=sys.stderr)  # noqa: T201 - one clear line for whoever starts it
        return 1
    finally:
        provider.shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main())
