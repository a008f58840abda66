"""The webhooks that were taken, in MongoDB."""

from __future__ import annotations

from datetime import datetime

from pymongo.client_session import ClientSession

from chassis.documents import DocumentCollection
from payments.adapters.documents import WebhookEventDocument
from payments.adapters.inserting import insert


class MongoWebhookEvents:
    def __init__(self, session: ClientSession) -> None:
        self._documents = DocumentCollection(WebhookEventDocument, session)

    def is_known(self, event_id: str) -> bool:
        return self._documents.row(event_id) is not None

    def add(self, event_id: str, event_type: str, at: datetime) -> None:
        insert(self._documents, WebhookEventDocument(id=event_id, type=event_type, received_at=at))
