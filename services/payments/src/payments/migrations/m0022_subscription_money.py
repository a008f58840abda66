"""Chargebacks of bills have a collection, and documents of a subscription are found by it."""

from __future__ import annotations

from typing import Any

from pymongo.database import Database

from payments.adapters.document_records import DocumentRecord
from payments.adapters.subscription_documents import BillChargebackDocument


def migrate(database: Database[dict[str, Any]]) -> None:
    """Create what is missing."""
    name = BillChargebackDocument._get_collection_name()
    if name not in database.list_collection_names():
        database.create_collection(name)
    BillChargebackDocument.ensure_indexes()
    DocumentRecord.ensure_indexes()
