"""The indexes of the first release."""

from typing import Any

from pymongo.database import Database

from notifications.adapters.documents import ALL


def migrate(_database: Database[dict[str, Any]]) -> None:
    for document in ALL:
        document.ensure_indexes()
