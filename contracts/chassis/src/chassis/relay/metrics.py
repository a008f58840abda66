"""What the relay tells Prometheus, and whether it is ready."""

from __future__ import annotations

from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_BUCKETS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300)


@dataclass(slots=True)
class Metrics:
    """One set of instruments a process, labelled by database."""

    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    depth: Gauge = field(init=False)
    oldest: Gauge = field(init=False)
    lease_held: Gauge = field(init=False)
    published: Counter = field(init=False)
    unbound: Counter = field(init=False)
    unroutable: Gauge = field(init=False)
    refused: Counter = field(init=False)
    lag: Histogram = field(init=False)

    def __post_init__(self) -> None:
        database = ["database"]
        self.depth = Gauge("relay_outbox_depth", "Events that wait to be published", database, registry=self.registry)
        self.oldest = Gauge(
            "relay_outbox_oldest_seconds", "How long the oldest event waits to be published", database, registry=self.registry
        )
        self.lease_held = Gauge("relay_lease_held", "1 while this relay serves the database", database, registry=self.registry)
        self.published = Counter("relay_published", "Events that the broker confirmed", database, registry=self.registry)
        self.unbound = Counter("relay_unbound", "Events that nobody has bound a queue for", database, registry=self.registry)
        self.unroutable = Gauge(
            "outbox_unroutable", "Events that wait because a declared consumer has no queue", database, registry=self.registry
        )
        self.refused = Counter("relay_refused", "Events that the broker refused and that are sent again", database, registry=self.registry)
        self.lag = Histogram(
            "relay_lag_seconds", "From an event's time to the broker's confirm", database, buckets=_BUCKETS, registry=self.registry
        )
