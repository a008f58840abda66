"""The index by which delivered work that nobody answered is found. Escrows of before have no such moment: they are not in it."""

from __future__ import annotations

from typing import Any

from pymongo.database import Database

from payments.adapters.escrow_documents import EscrowDocument


def migrate(database: Database[dict[str, Any]]) -> None:  # noqa: ARG001 - the document knows its database
    """Create what is missing."""
    EscrowDocument.ensure_indexes()
