"""Writing documents: when another transaction wrote the same one first, the work is done again and sees it."""

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


def put(documents: DocumentCollection[D], document: D, version: int) -> None:
    """Over the version it was read at; as a new one at version 0.

    Raises:
        LostRace: it was written in the meantime.
    """
    if version:
        documents.replace(document, version)
    else:
        insert(documents, document)
