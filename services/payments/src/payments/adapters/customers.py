"""Whose Stripe customer is whose, and which payment methods they are about to give up, in MongoDB."""

from __future__ import annotations

from datetime import datetime

from pymongo.client_session import ClientSession

from chassis.documents import DocumentCollection
from payments.adapters.documents import CustomerDocument
from payments.adapters.inserting import insert

_REMEMBERED = 50  # far more than one person removes while one call is tried again


class MongoCustomers:
    def __init__(self, session: ClientSession) -> None:
        self._documents = DocumentCollection(CustomerDocument, session)

    def get(self, user_id: str) -> str | None:
        document = self._documents.get(user_id)
        return None if document is None else str(document.customer_id)

    def add(self, user_id: str, customer_id: str, at: datetime) -> None:
        insert(self._documents, CustomerDocument(id=user_id, customer_id=customer_id, created_at=at))

    def is_removing(self, user_id: str, method_id: str, call_key: str) -> bool:
        document = self._documents.get(user_id)
        return document is not None and {"method": method_id, "call": call_key} in document.removals

    def begin_removal(self, user_id: str, method_id: str, call_key: str) -> None:
        document = self._documents.get(user_id)
        if document is not None:
            document.removals = [*document.removals, {"method": method_id, "call": call_key}][-_REMEMBERED:]
            self._documents.replace(document, document.version)
