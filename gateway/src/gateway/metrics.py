"""What Prometheus is told by the gateway."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

HTTP_SECONDS = Histogram(
    "openchance_http_request_seconds", "HTTP requests, by route and status.", ["method", "route", "status"], buckets=_SECONDS
)
HTTP_IN_FLIGHT = Gauge("openchance_http_in_flight", "HTTP requests in work.")
SOCKETS = Gauge("openchance_sockets", "Socket.IO connections open.")
SOCKET_CALLS = Counter("openchance_socket_calls_total", "What clients asked over sockets, by outcome.", ["event", "outcome"])
PUSHES = Counter("openchance_pushes_total", "Domain events pushed to sockets.", ["event"])
FEED_CONNECTED = Gauge("openchance_event_feed_connected", "Whether domain events come in.")
