"""The entrypoint of a method that runs every few seconds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog
from eventlet.event import Event
from nameko.extensions import Entrypoint

from chassis import metrics, tracing
from chassis.mongo import retrying

log = structlog.get_logger(__name__)


class TimerEntrypoint(Entrypoint):  # type: ignore[misc]  # nameko publishes no types
    """Runs the method, waits `seconds` of real time, runs it again: never two at once in a process."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._stopping = Event()
        self._thread: Any = None
        super().__init__()

    def start(self) -> None:
        self._thread = self.container.spawn_managed_thread(self._run, identifier=f"timer {self.method_name}")

    def stop(self) -> None:
        """Wait for the run in progress, begin no other."""
        if not self._stopping.ready():
            self._stopping.send()
        if self._thread is not None:
            self._thread.wait()

    def kill(self) -> None:
        if self._thread is not None:
            self._thread.kill()

    def work(self, method: Callable[[], None], done: Event) -> None:
        """One run; an error is logged, and the next run comes as ever."""
        service, name = self.container.service_name, self.method_name
        outcome = "error"
        try:
            with tracing.tracer.start_as_current_span(f"{service}.{name}"):
                try:
                    retrying(method)
                    outcome = "ok"
                except Exception:
                    log.exception("timer_failed", service=service, timer=name)
        finally:
            metrics.TIMER_RUNS.labels(service, name, outcome).inc()
            done.send()

    def _run(self) -> None:
        while True:
            self._stopping.wait(timeout=self._seconds)
            if self._stopping.ready():
                return
            done = Event()
            self.container.spawn_worker(self, (done,), {})
            done.wait()
