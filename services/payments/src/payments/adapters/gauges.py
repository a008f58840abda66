"""What Prometheus is told of the money besides what every service tells."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from prometheus_client import Gauge

DIFFERENCES = Gauge("openchance_payments_reconciliation_differences", "What the ledger and Stripe tell otherwise, on the last three days.")
DAY = Gauge("openchance_payments_reconciled_day_seconds", "The day compared last, as Unix time of its beginning: it must not fall behind.")
OLDEST_DUE = Gauge(
    "openchance_payments_oldest_due_document_seconds", "Since when the oldest document that is due waits to be issued; 0 where none is."
)
STUCK = Gauge("openchance_payments_stuck_sagas", "Movements of money that have been tried again and again and do not get on.")
BY_HAND = Gauge("openchance_payments_refunds_by_hand", "Refunds that are owed, and that the processor does not make: finance sends them.")


class PrometheusGauges:
    def reconciled(self, day: date, differences: int) -> None:
        DIFFERENCES.set(differences)
        DAY.set(datetime.combine(day, time(), UTC).timestamp())

    def oldest_due(self, waits: timedelta) -> None:
        OLDEST_DUE.set(waits.total_seconds())

    def stuck_sagas(self, number: int) -> None:
        STUCK.set(number)

    def refunds_by_hand(self, number: int) -> None:
        BY_HAND.set(number)
