"""Indexes by which an account's journals and a person's escrows are found: for statements and balances of the past.

They index fields that every journal and escrow has always had: nothing is filled in, and a version that still runs
without knowing of them writes entries that are found all the same.
"""

from __future__ import annotations

from typing import Any

from pymongo.database import Database

from payments.adapters.documents import JournalDocument
from payments.adapters.escrow_documents import EscrowDocument


def migrate(database: Database[dict[str, Any]]) -> None:  # noqa: ARG001 - the documents know their database
    """Create what is missing."""
    for document in (EscrowDocument, JournalDocument):
        document.ensure_indexes()
