"""The entrypoints of payments: nameko services that run in one process."""

from chassis import configuration
from chassis.privacy.service import privacy_service
from payments.service.documents import DocumentsService
from payments.service.payments import PaymentsService
from payments.service.subscriptions import SubscriptionsService
from payments.wiring import build_privacy

SERVICES = [
    PaymentsService,
    SubscriptionsService,
    DocumentsService,
    privacy_service("payments", build_privacy),
    configuration.listener("payments"),
]
