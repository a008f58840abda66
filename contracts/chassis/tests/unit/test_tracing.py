"""Traces are recorded where there is a collector, and there only; ids are made and carried everywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider

from chassis import tracing

Configured = Callable[[str | None], TracerProvider]


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch) -> Iterator[Configured]:
    """`configure` for a process that is not this one: its provider is not set for all."""
    monkeypatch.setattr(trace, "set_tracer_provider", lambda _: None)
    made: list[TracerProvider] = []

    def configure(endpoint: str | None) -> TracerProvider:
        made.append(tracing.configure("test", endpoint))
        return made[-1]

    yield configure
    for provider in made:
        provider.shutdown()


def test_without_a_collector_nothing_is_recorded_and_ids_lead_on(configured: Configured) -> None:
    headers: dict[str, str] = {}
    with configured(None).get_tracer("test").start_as_current_span("asked") as span:
        assert not span.is_recording()
        tracing.inject(headers)
        assert tracing.current_trace_id() == headers["traceparent"].split("-")[1]
        with configured(None).get_tracer("test").start_as_current_span("next", context=tracing.extract(headers)):
            assert tracing.current_trace_id() == headers["traceparent"].split("-")[1]


def test_with_a_collector_everything_is_recorded_whatever_the_caller_asks_for(configured: Configured) -> None:
    trace_id = "4bf92f3577b34da6a3ce929d0e0e4736"
    parent = tracing.extract({"traceparent": f"00-{trace_id}-00f067aa0ba902b7-00"})
    tracer = configured("http://127.0.0.1:9").get_tracer("test")
    span = tracer.start_span("asked", context=parent)
    assert span.is_recording()
    assert format(span.get_span_context().trace_id, "032x") == trace_id
