"""What Prometheus is told by every service."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

RPC_REQUESTS = Counter("openchance_rpc_requests_total", "RPC requests answered, by outcome.", ["service", "method", "outcome"])
RPC_SECONDS = Histogram("openchance_rpc_request_seconds", "From taking a request to its answer.", ["service", "method"], buckets=_SECONDS)
EVENTS = Counter("openchance_events_total", "Events taken, by outcome.", ["service", "type", "outcome"])
EVENT_SECONDS = Histogram("openchance_event_seconds", "From taking an event to its end.", ["service", "type"], buckets=_SECONDS)
TIMER_RUNS = Counter("openchance_timer_runs_total", "Timer runs, by outcome.", ["service", "timer", "outcome"])
IN_FLIGHT = Gauge("openchance_in_flight", "RPC requests and events in work.", ["service"])
DEAD = Counter("openchance_events_dead_total", "Events that became dead letters, by handler.", ["service", "handler"])
DEAD_LETTERS = Gauge("openchance_dead_letters", "Dead letters that wait, as each replica of the service counts them.", ["service", "queue"])
DEAD_LETTERS_OLDEST = Gauge("openchance_dead_letters_oldest_seconds", "Since when the oldest dead letter waits.", ["service", "queue"])
