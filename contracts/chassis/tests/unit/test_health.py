"""What probes are told."""

from __future__ import annotations

import json

from chassis.health import Health


def test_a_service_is_ready_when_it_has_started_and_reaches_everything() -> None:
    up = {"broker": True, "mongo": True}
    health = Health({name: lambda name=name: up[name] for name in up})  # type: ignore[misc]

    def ready() -> tuple[int, dict[str, object]]:
        status, _, body = health.answer("/health/ready")
        return status, json.loads(body)

    assert ready() == (503, {"status": "starting", "dependencies": {"broker": "up", "mongo": "up"}})
    health.started = True
    assert ready() == (200, {"status": "ready", "dependencies": {"broker": "up", "mongo": "up"}})
    up["broker"] = False
    assert ready() == (503, {"status": "unavailable", "dependencies": {"broker": "down", "mongo": "up"}})
    up["broker"] = True
    health.stopping = True
    assert ready() == (503, {"status": "stopping", "dependencies": {"broker": "up", "mongo": "up"}})
    assert health.answer("/health/live")[0] == 200


def test_metrics_are_served_and_other_paths_are_not() -> None:
    health = Health()
    status, content_type, body = health.answer("/metrics")
    assert (status, content_type.split(";")[0]) == (200, "text/plain")
    assert b"python_info" in body
    assert health.answer("/")[0] == 404
