"""The indexes by which mails are found that are due, and those that a clock has put off that was set back since."""

from __future__ import annotations

from typing import Any

from pymongo.database import Database

from notifications.adapters.documents import MailDocument


def migrate(database: Database[dict[str, Any]]) -> None:  # noqa: ARG001 - the document knows its database
    """Create what is missing."""
    MailDocument.ensure_indexes()
