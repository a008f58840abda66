"""What Prometheus is told of the money besides what every service tells."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from prometheus_client import Gauge

DIFFERENCES = Gauge(
    "openchance_payments_reconciliation_differences", "What the ledger and Stripe told otherwise, on the day compared last."
)
DAY = Gauge("openchance_payments_reconciled_day_seconds", "The day compared last, as Unix time of its beginning: it must not fall behind.")


class PrometheusGauges:
    def reconciled(self, day: date, differences: int) -> None:
        DIFFERENCES.set(differences)
        DAY.set(datetime.combine(day, time(), UTC).timestamp())
