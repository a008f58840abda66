"""OpenTelemetry traces: set up once per process, carried by W3C `traceparent` over RPC and events."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from typing import Any

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from chassis.lean import without

with without("psutil"):  # it would only describe processes in a way that is off by default
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON

TRACEPARENT = "traceparent"
_PROPAGATOR = TraceContextTextMapPropagator()

tracer = trace.get_tracer("openchance")


def configure(service: str, otlp_endpoint: str | None) -> TracerProvider:
    """Make traces; they are recorded where there is a collector (`otlp_endpoint`, OTLP over HTTP), whatever the caller asks for.

    Without one, ids are made and carried all the same: logs name them, and lead from one service to the next.
    """
    resource = Resource.create({"service.name": service, "service.namespace": "openchance"})
    provider = TracerProvider(resource=resource, sampler=ALWAYS_ON if otlp_endpoint else ALWAYS_OFF)
    if otlp_endpoint:
        # The exporter takes protobuf and requests along, which many a process without a collector can do without.
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{otlp_endpoint.rstrip('/')}/v1/traces")))
    trace.set_tracer_provider(provider)
    return provider


def inject(headers: MutableMapping[str, Any]) -> None:
    """Add the current span to the headers of a message."""
    _PROPAGATOR.inject(headers)


def extract(headers: Mapping[str, Any]) -> Context:
    """The sender's span; an empty context where the headers carry none."""
    return _PROPAGATOR.extract({TRACEPARENT: str(headers[TRACEPARENT])} if headers.get(TRACEPARENT) else {}, Context())


def current_traceparent() -> str | None:
    """The current span as `traceparent`, None outside any span."""
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier)
    return carrier.get(TRACEPARENT)


def current_trace_id() -> str | None:
    span = trace.get_current_span().get_span_context()
    return format(span.trace_id, "032x") if span.is_valid else None
