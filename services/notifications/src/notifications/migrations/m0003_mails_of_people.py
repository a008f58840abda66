"""The index by which a person's mails are found: for a copy of their data, which is paged by `_id`, and for erasing it."""

from __future__ import annotations

from typing import Any

from pymongo.database import Database

from notifications.adapters.documents import MailDocument


def migrate(database: Database[dict[str, Any]]) -> None:  # noqa: ARG001 - the document knows its database
    """Create what is missing."""
    MailDocument.ensure_indexes()
