"""The indexes by which sagas are found that nothing has put off, however many wait, and those of an escrow."""

from __future__ import annotations

from typing import Any

from pymongo.database import Database

from payments.adapters.documents import SagaDocument


def migrate(database: Database[dict[str, Any]]) -> None:  # noqa: ARG001 - the document knows its database
    """Create what is missing."""
    SagaDocument.ensure_indexes()
