"""Disputes: a collection and its index."""

from __future__ import annotations

from typing import Any

from pymongo.database import Database

from payments.adapters.documents import DisputeDocument


def migrate(database: Database[dict[str, Any]]) -> None:
    """Create what is missing."""
    if "disputes" not in database.list_collection_names():
        database.create_collection("disputes")
    DisputeDocument.ensure_indexes()
