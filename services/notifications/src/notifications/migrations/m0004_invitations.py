"""The index by which it is found of which private challenges a person was told."""

from __future__ import annotations

from typing import Any

from pymongo.database import Database

from notifications.adapters.documents import InvitationsDocument


def migrate(database: Database[dict[str, Any]]) -> None:  # noqa: ARG001 - the document knows its database
    """Create what is missing, the collection too: before the first transaction that writes to it."""
    InvitationsDocument.ensure_indexes()
