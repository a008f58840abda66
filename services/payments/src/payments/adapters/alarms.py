"""The metrics of the running check of conservation."""

from prometheus_client import Counter

CHECKED = Counter("openchance_escrows_checked_total", "Escrows whose sums were checked against the ledger.")
BREACHES = Counter("openchance_conservation_breaches_total", "Times that an escrow's sums disagreed: anything above zero is an alarm.")


class MetricAlarms:
    def checked(self) -> None:
        CHECKED.inc()

    def breach(self) -> None:
        BREACHES.inc()
