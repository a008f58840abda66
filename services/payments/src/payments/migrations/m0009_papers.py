"""Documents, histories and tallies: their collections, and every journal there is noted as due.

A version that still runs posts journals without noting them: `IssueDocumentsHandler.note_missed` finds those of the last hour.
"""

from __future__ import annotations

from typing import Any

from pymongo.database import Database

from payments.adapters.document_records import ALL


def migrate(database: Database[dict[str, Any]]) -> None:
    """Create what is missing."""
    existing = set(database.list_collection_names())
    for record in ALL:
        if record._get_collection_name() not in existing:
            database.create_collection(record._get_collection_name())
        record.ensure_indexes()
    due = database["documents_due"]
    known = {row["_id"] for row in due.find({}, {"_id": True})}
    for journal in database["journals"].find({}, {"book": True, "at": True}):
        if journal["_id"] not in known:
            at = journal["at"]
            due.insert_one(
                {"_id": journal["_id"], "version": 1, "book": journal["book"], "at": at, "waits": True, "due_at": at, "attempts": 0}
            )
