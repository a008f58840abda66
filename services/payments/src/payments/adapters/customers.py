"""Whose Stripe customer is whose, in MongoDB."""

from __future__ import annotations

from datetime import datetime

from pymongo.client_session import ClientSession

from chassis.documents import DocumentCollection
from payments.adapters.documents import CustomerDocument
from payments.adapters.inserting import insert


class MongoCustomers:
    def __init__(self, session: ClientSession) -> None:
        self._documents = DocumentCollection(CustomerDocument, session)

    def get(self, user_id: str) -> str | None:
        document = self._documents.get(user_id)
        return None if document is None else str(document.customer_id)

    def add(self, user_id: str, customer_id: str, at: datetime) -> None:
        insert(self._documents, CustomerDocument(id=user_id, customer_id=customer_id, created_at=at))
