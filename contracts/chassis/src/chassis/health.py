"""What a probe and Prometheus see of a service: `/health/live`, `/health/ready` and `/metrics`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

Check = Callable[[], bool]
_JSON = "application/json"


@dataclass(slots=True)
class Health:
    """The state of a process. `checks` tell, by dependency, whether it can be reached; none of them may raise or hang."""

    checks: dict[str, Check] = field(default_factory=dict)
    started: bool = False
    stopping: bool = False

    def readiness(self) -> tuple[bool, dict[str, Any]]:
        """Whether to send work here, and why not."""
        dependencies = {name: "up" if check() else "down" for name, check in self.checks.items()}
        status = "stopping" if self.stopping else "starting" if not self.started else "ready"
        if status == "ready" and "down" in dependencies.values():
            status = "unavailable"
        return status == "ready", {"status": status, "dependencies": dependencies}

    def answer(self, path: str) -> tuple[int, str, bytes]:
        """HTTP status, content type and body for a path."""
        if path == "/health/live":
            return 200, _JSON, b'{"status":"live"}'
        if path == "/health/ready":
            ready, report = self.readiness()
            return 200 if ready else 503, _JSON, orjson.dumps(report)
        if path == "/metrics":
            return 200, CONTENT_TYPE_LATEST, generate_latest()
        return 404, _JSON, b'{"status":"unknown path"}'

    def wsgi(self, environ: Mapping[str, Any], start_response: Callable[[str, list[tuple[str, str]]], Any]) -> Iterable[bytes]:
        """The same as a WSGI application."""
        status, content_type, body = self.answer(environ["PATH_INFO"])
        start_response(f"{status} {_REASONS[status]}", [("Content-Type", content_type), ("Content-Length", str(len(body)))])
        return [body]


_REASONS = {200: "OK", 404: "Not Found", 503: "Service Unavailable"}
