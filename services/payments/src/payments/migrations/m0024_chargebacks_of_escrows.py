"""The index by which the chargebacks of an escrow are found."""

from __future__ import annotations

from typing import Any

from pymongo.database import Database

from payments.adapters.documents import ChargebackDocument


def migrate(database: Database[dict[str, Any]]) -> None:  # noqa: ARG001 - the document knows its database
    """Create what is missing."""
    ChargebackDocument.ensure_indexes()
