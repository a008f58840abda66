"""The collections and their indexes."""

from __future__ import annotations

from typing import Any

from pymongo.database import Database

from payments.adapters.documents import ALL


def migrate(database: Database[dict[str, Any]]) -> None:
    """Create what is missing. Collections too: a transaction on an old server cannot."""
    existing = set(database.list_collection_names())
    for document in ALL:
        name = document._get_collection_name()
        if name not in existing:
            database.create_collection(name)
        document.ensure_indexes()
