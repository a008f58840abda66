"""New documents: when another transaction wrote the same one first, the work is done again and sees it."""

from __future__ import annotations

from pymongo.errors import DuplicateKeyError

from chassis.documents import D, DocumentCollection
from chassis.mongo import LostRace


def insert(documents: DocumentCollection[D], document: D) -> None:
    """Raises:
    LostRace: its id or a unique field of it was taken in the meantime.
    """
    try:
        documents.insert(document)
    except DuplicateKeyError as error:
        raise LostRace(f"{type(document).__name__} {document.id} was written in the meantime") from error
