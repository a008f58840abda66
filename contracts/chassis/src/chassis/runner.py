"""`python -m chassis.runner <service>`: one service in one process, from its settings to a clean stop."""

# ruff: noqa: E402 - eventlet must patch the standard library before anything else is imported
from chassis.green import eventlet

eventlet.monkey_patch()

import importlib
import os
import signal
import sys
from typing import cast

from chassis.lean import uncollected, without

with uncollected():
    # PyOpenSSL is not green, and what images and dates as text are for is not what we keep in documents.
    with without("OpenSSL", "PIL", "dateutil", "yaml"):
        import kombu.serialization  # noqa: F401
        import mongoengine  # noqa: F401
        import pymongo

    import eventlet.wsgi
    import structlog
    from eventlet.event import Event
    from eventlet.hubs import trampoline
    from pydantic import ValidationError

    from chassis import crash_points, migrate, sessions, tracing
    from chassis import logging as logs
    from chassis.clock import open_clock
    from chassis.consumers import QueueConsumer
    from chassis.container import Container
    from chassis.dead_letters.service import dead_letters_service
    from chassis.health import Health
    from chassis.ids import new_id
    from chassis.mongo import Store
    from chassis.principal import PrincipalVerifier
    from chassis.settings import ServiceSettings, complaint
    from chassis.stalls import StallWatch, stall_seconds
    from chassis.wiring import RUNTIME, Resources, Runtime

log = structlog.get_logger(__name__)

_BUG = 1
_BAD_SETTINGS = 2
_MONGO_PING_S = 1.0
_MONGO_TIMEOUT_S = 1.5
_STARTUP_PAUSE_S = 1.0


class Process:
    """A running service: its containers, what they stand on, and what a probe sees of them."""

    def __init__(self, service: str, settings: ServiceSettings) -> None:
        self._service = service
        self._settings = settings
        clock = open_clock(settings.clock_url)
        self._store = Store.open(settings, clock, new_id)
        self._runtime = Runtime(Resources(settings, self._store, clock, new_id), PrincipalVerifier(settings.principal_jwks, clock))
        self._containers: list[Container] = []
        self._mongo_answers = False
        self.health = Health({"mongo": lambda: self._mongo_answers, "broker": self._broker_connected})

    def start(self) -> None:
        """Migrate, then take work. Waits for the database as long as it takes; the broker may come later."""
        eventlet.spawn(self._watch_mongo)
        with uncollected():
            migrations = importlib.import_module(f"{self._service}.migrations")
            own = importlib.import_module(f"{self._service}.service").SERVICES
        while True:
            try:
                migrate.run(self._store.database, migrations, self._runtime.resources.clock)
                break
            except pymongo.errors.ConnectionFailure as error:
                log.warning("database_away", error=str(error))
                eventlet.sleep(_STARTUP_PAUSE_S)
        config = {
            "AMQP_URI": self._settings.amqp_url,
            "max_workers": self._settings.max_workers,
            RUNTIME: self._runtime,
        }
        services = [*own, sessions.listener(self._service)]
        services.append(dead_letters_service(self._service, services))
        self._containers = [Container(service, config) for service in services]
        for container in self._containers:
            container.start()
        self.health.started = True
        log.info("started", services=[container.service_name for container in self._containers])

    def stop(self) -> None:
        """Take no more work, finish what is in flight, close."""
        self.health.stopping = True
        log.info("stopping")
        stopping = [eventlet.spawn(container.stop) for container in self._containers]
        for thread in stopping:
            thread.wait()
        self._store.close()

    def wait(self) -> None:
        """Return when a container has ended by itself, which is a bug.

        Raises:
            Exception: what ended it.
        """
        ended = Event()
        for container in self._containers:
            eventlet.spawn(container.wait).link(lambda thread: ended.ready() or ended.send(thread))
        ended.wait().wait()

    def _broker_connected(self) -> bool:
        consumers = [x for container in self._containers for x in container.extensions if isinstance(x, QueueConsumer)]
        return bool(self._containers) and all(consumer.connected for consumer in consumers)

    def _watch_mongo(self) -> None:
        while True:
            try:
                with pymongo.timeout(_MONGO_TIMEOUT_S):
                    self._store.ping()
                self._mongo_answers = True
            except pymongo.errors.PyMongoError:
                self._mongo_answers = False
            eventlet.sleep(_MONGO_PING_S)


def run(service: str) -> int:
    """Run a service until SIGTERM or SIGINT; the exit status."""
    settings_class = cast(type[ServiceSettings], importlib.import_module(f"{service}.settings").Settings)
    try:
        settings = settings_class()
    except ValidationError as error:
        return _refuse(f"{service} cannot start:\n{complaint(error, settings_class)}")
    crash_points.arm(settings.crash_at)
    logs.configure(settings.log_format, settings.log_level, service=service)
    traces = tracing.configure(service, settings.otlp_endpoint)
    if settings.otlp_endpoint:
        from opentelemetry.instrumentation.pymongo import PymongoInstrumentor

        PymongoInstrumentor().instrument()
    stalls = StallWatch(settings.stall_threshold_s, stall_seconds(), service=service, threads=eventlet.patcher.original("threading"))
    process = Process(service, settings)
    try:
        listener = eventlet.listen((settings.health_host, settings.health_port))
    except OSError as error:
        return _refuse(f"{service} cannot listen on port {settings.health_port}: {error.strerror}")
    eventlet.spawn(eventlet.wsgi.server, listener, process.health.wsgi, log_output=False)

    ended = Event()
    eventlet.spawn(_await_signal, ended)
    running = eventlet.spawn(_keep_running, process, stalls, ended)
    status: int = ended.wait()
    running.kill()
    try:
        with eventlet.Timeout(settings.stop_timeout_s):
            process.stop()
    except eventlet.Timeout:
        log.error("stop_took_too_long", timeout_s=settings.stop_timeout_s)  # the broker hands out again what is left
    traces.shutdown()
    log.info("stopped", status=status)
    return status


def _beat(stalls: StallWatch) -> None:
    stalls.start()
    while True:
        stalls.beat()
        eventlet.sleep(stalls.beat_every_s)


def _refuse(why: str) -> int:
    print(why, file=sys.stderr)  # noqa: T201 - for the person who starts it
    return _BAD_SETTINGS


def _keep_running(process: Process, stalls: StallWatch, ended: Event) -> None:
    try:
        process.start()
        eventlet.spawn(_beat, stalls)  # not before: importing a service holds up the loop, and nobody waits for it yet
        process.wait()
    except Exception:
        log.critical("service_ended", exc_info=True)
        if not ended.ready():
            ended.send(_BUG)


def _await_signal(ended: Event) -> None:
    """Python resumes a poll that a signal interrupts; the wake-up descriptor is what makes eventlet's hub notice."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    trampoline(reader, read=True)
    if not ended.ready():
        ended.send(0)


def main() -> int:
    if len(sys.argv) != 2:
        return _refuse("usage: python -m chassis.runner <service>")
    return run(sys.argv[1])


if __name__ == "__main__":
    sys.exit(main())
