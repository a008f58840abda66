"""The indexes by which one person's escrows and disputes are found: what keeps them, a copy of their data, and erasing it."""

from __future__ import annotations

from typing import Any

from pymongo.database import Database

from payments.adapters.documents import DisputeDocument
from payments.adapters.escrow_documents import EscrowDocument


def migrate(database: Database[dict[str, Any]]) -> None:  # noqa: ARG001 - the documents know their database
    """Create what is missing."""
    EscrowDocument.ensure_indexes()
    DisputeDocument.ensure_indexes()
