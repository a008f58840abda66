"""One trace from the caller through the service to its database."""

from __future__ import annotations

import asyncio
import gzip
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from greeter.messages import Count
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from chassis import tracing
from chassis.rpc_client import RpcClient
from local_platform.observing import eventually
from local_platform.pytest_plugin import RunService


@dataclass
class Collector:
    """Receives what an OTLP/HTTP exporter sends."""

    url: str = ""
    spans: list[Span] = field(default_factory=list)


@pytest.fixture
def collector() -> Iterator[Collector]:
    collected = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/v1/traces"
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                for scope in resource.scope_spans:
                    collected.spans.extend(scope.spans)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        collected.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield collected
        server.shutdown()


async def test_a_call_and_its_database_commands_are_one_trace(run_service: RunService, rpc: RpcClient, collector: Collector) -> None:
    tracing.configure("tests", None)
    service = run_service("greeter", GREETER_OTLP_ENDPOINT=collector.url, OTEL_BSP_SCHEDULE_DELAY="100")
    with tracing.tracer.start_as_current_span("test") as span:
        await rpc.call(Count(name="Ada"))
        trace_id = span.get_span_context().trace_id.to_bytes(16, "big")

    def of_this_trace() -> dict[str, Span]:
        return {span.name: span for span in collector.spans if span.trace_id == trace_id}

    await eventually(lambda: len(of_this_trace()) >= 2)
    spans = of_this_trace()
    served = spans.pop("greeter_log.count")
    assert served.kind == Span.SPAN_KIND_SERVER
    assert {span.parent_span_id for span in spans.values()} == {served.span_id}
    assert any("greetings" in name or "aggregate" in name for name in spans)
    await asyncio.to_thread(service.stop)
    assert service.process.status == 0
