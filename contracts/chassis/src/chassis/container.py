"""nameko's container, with workers that never bring it down."""

from __future__ import annotations

from typing import Any

import structlog
from nameko.containers import ServiceContainer

log = structlog.get_logger(__name__)


class Container(ServiceContainer):  # type: ignore[misc]  # nameko publishes no types
    """Runs one service class. An entrypoint's `work(method, *args)` runs in each worker and answers for its errors."""

    def has_free_worker(self) -> bool:
        """Whether a worker can be taken without waiting.

        One that was given back counts as free at once, but goes to whoever stands in line, a round of the hub later: behind them even who
        finds one free has to wait.
        """
        line = self._worker_pool.sem
        return bool(0 < line.balance == line.counter)

    def _run_worker(self, worker_ctx: Any, _handle_result: Any) -> None:
        """Takes the place of nameko's: that one logs refusals as errors, times and logs every step, and dies of a bug."""
        entrypoint = worker_ctx.entrypoint
        try:
            self._inject_dependencies(worker_ctx)
            self._worker_setup(worker_ctx)
            entrypoint.work(getattr(worker_ctx.service, entrypoint.method_name), *worker_ctx.args)
            self._worker_teardown(worker_ctx)
        except Exception:
            log.exception("worker_failed", service=self.service_name, method=entrypoint.method_name)
