"""Deletions and exports in MongoDB, and the questions to other services about a person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from mongoengine import BooleanField, DateTimeField, DictField, EmbeddedDocumentListField, IntField, StringField
from pymongo.client_session import ClientSession
from pymongo.errors import DuplicateKeyError

from chassis.documents import DocumentCollection, Embedded, StaleVersion, VersionedDocument
from chassis.rpc_caller import RpcCaller
from contracts.errors import Kind, ProblemError
from contracts.identity.privacy import ExportStatus
from contracts.privacy.queries import OWING, PRIVACY, ExportPersonalData, ListObligations
from contracts.privacy.views import ObligationView, PersonalRecordView
from identity.domain.personal_data import Confirmation, Deletion, Export, ServicesAway


class ConfirmationDocument(Embedded):
    service = StringField(required=True)
    erased = DictField()
    at = DateTimeField(required=True)


class DeletionDocument(VersionedDocument):
    user_id = StringField(required=True)
    token_digest = StringField(required=True)
    requested_at = DateTimeField(required=True)
    confirmations = EmbeddedDocumentListField(ConfirmationDocument)
    completed_at = DateTimeField()
    waiting = BooleanField()  # there until it is completed: a sparse index holds those alone

    meta: ClassVar[dict[str, Any]] = {"collection": "deletions"}


class ExportDocument(VersionedDocument):
    """The id is the person's."""

    export_id = StringField(required=True)
    session_id = StringField(required=True)
    requested_at = DateTimeField(required=True)
    status = StringField(required=True)
    due_at = DateTimeField(required=True)
    expires_at = DateTimeField()
    size_bytes = IntField()

    meta: ClassVar[dict[str, Any]] = {"collection": "exports"}


class MongoDeletions:
    """The port Deletions; without a session for reads outside a transaction."""

    def __init__(self, session: ClientSession | None = None) -> None:
        self._rows = DocumentCollection(DeletionDocument, session)

    def get(self, deletion_id: str) -> Deletion | None:
        row = self._rows.get(deletion_id)
        return _deletion(row) if row else None

    def by_token(self, token_digest: str) -> Deletion | None:
        rows = self._rows.find({"token_digest": token_digest}, limit=1)
        return _deletion(rows[0]) if rows else None

    def add(self, deletion: Deletion) -> None:
        self._rows.insert(_deletion_document(deletion))

    def save(self, deletion: Deletion) -> None:
        self._rows.replace(_deletion_document(deletion), expected_version=deletion.version - 1)

    def page(self, waiting: bool, cursor: str | None, limit: int) -> tuple[list[Deletion], str | None]:
        rows, next_cursor = self._rows.page({"waiting": True} if waiting else {}, sort=[("_id", -1)], cursor=cursor, limit=limit)
        return [_deletion(row) for row in rows], next_cursor


class MongoExports:
    """The port Exports; without a session for reads outside a transaction."""

    def __init__(self, session: ClientSession | None = None) -> None:
        self._rows = DocumentCollection(ExportDocument, session)

    def of(self, user_id: str) -> Export | None:
        row = self._rows.get(user_id)
        return _export(row) if row else None

    def save(self, export: Export) -> None:
        row = ExportDocument(
            id=export.user_id,
            version=export.version,
            export_id=export.id,
            session_id=export.session_id,
            requested_at=export.requested_at,
            status=export.status.value,
            due_at=export.due_at,
            expires_at=export.expires_at,
            size_bytes=export.size_bytes,
        )
        if export.version > 1:
            self._rows.replace(row, expected_version=export.version - 1)
            return
        try:
            self._rows.insert(row)
        except DuplicateKeyError as error:
            raise StaleVersion from error

    def remove(self, user_id: str) -> None:
        self._rows.delete(user_id)

    def due(self, at: datetime, limit: int) -> list[Export]:
        return [_export(row) for row in self._rows.find({"due_at": {"$lte": at}}, limit=limit)]


@dataclass(frozen=True, slots=True)
class ServicesByRpc:
    """The port OtherServices."""

    call: RpcCaller

    def obligations(self, token: str) -> tuple[ObligationView, ...]:
        try:
            asked = (self.call(ListObligations(), token=token, to=f"{service}.{PRIVACY}") for service in OWING)
            return tuple(item for answer in asked for item in answer.items)
        except ProblemError as error:
            raise _away(error) from error

    def personal_data(self, service: str, token: str) -> Iterator[PersonalRecordView]:
        cursor: str | None = None
        while True:
            query = ExportPersonalData(cursor=cursor) if cursor else ExportPersonalData()
            try:
                page = self.call(query, token=token, to=f"{service}.{PRIVACY}")
            except ProblemError as error:
                raise _away(error) from error
            yield from page.items
            cursor = page.next_cursor
            if cursor is None:
                return


def _away(error: ProblemError) -> Exception:
    """Whatever refuses here is no fault of the person's."""
    return ServicesAway() if error.problem.kind is Kind.UNAVAILABLE else RuntimeError(error.problem.code)


def _deletion(row: DeletionDocument) -> Deletion:
    confirmations = tuple(Confirmation(one.service, dict(one.erased), one.at) for one in row.confirmations)
    return Deletion(row.id, row.version, row.user_id, row.token_digest, row.requested_at, confirmations, row.completed_at)


def _deletion_document(deletion: Deletion) -> DeletionDocument:
    return DeletionDocument(
        id=deletion.id,
        version=deletion.version,
        user_id=deletion.user_id,
        token_digest=deletion.token_digest,
        requested_at=deletion.requested_at,
        confirmations=[ConfirmationDocument(service=one.service, erased=dict(one.erased), at=one.at) for one in deletion.confirmations],
        completed_at=deletion.completed_at,
        waiting=None if deletion.completed_at else True,
    )


def _export(row: ExportDocument) -> Export:
    return Export(
        row.id,
        row.version,
        row.export_id,
        row.session_id,
        row.requested_at,
        ExportStatus(row.status),
        row.due_at,
        row.expires_at,
        row.size_bytes,
    )
