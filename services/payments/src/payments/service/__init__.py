"""The entrypoints of payments: nameko services that run in one process."""

from payments.service.payments import PaymentsService

SERVICES = [PaymentsService]
