"""The index by which releases that wait for a person's account are found. Sagas of before wait for none."""

from __future__ import annotations

from typing import Any

from pymongo.database import Database

from payments.adapters.documents import SagaDocument


def migrate(database: Database[dict[str, Any]]) -> None:  # noqa: ARG001 - the document knows its database
    """Create what is missing."""
    SagaDocument.ensure_indexes()
