"""The audit log in MongoDB: entries are inserted and found."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from mongoengine import DateTimeField, DictField, StringField
from pymongo.client_session import ClientSession

from chassis.documents import DocumentCollection, VersionedDocument
from identity.domain.audit import AuditEntry, AuditFilter


class AuditEntryDocument(VersionedDocument):
    service = StringField(required=True)
    actor_id = StringField()
    action = StringField(required=True)
    target = StringField(required=True)
    reason = StringField()
    performed_at = DateTimeField(required=True)
    details = DictField()

    meta: ClassVar[dict[str, Any]] = {"collection": "audit"}


class MongoAudit:
    """The port Audit; without a session for reads outside a transaction."""

    def __init__(self, session: ClientSession | None = None) -> None:
        self._entries = DocumentCollection(AuditEntryDocument, session)

    def append(self, entry: AuditEntry) -> None:
        self._entries.insert(
            AuditEntryDocument(
                id=entry.id,
                service=entry.service,
                actor_id=entry.actor_id,
                action=entry.action,
                target=entry.target,
                reason=entry.reason,
                performed_at=entry.performed_at,
                details=dict(entry.details),
            )
        )

    def page(self, chosen: AuditFilter, cursor: str | None, limit: int) -> tuple[list[AuditEntry], str | None]:
        named = {"actor_id": chosen.actor_id, "target": chosen.target, "action": chosen.action}
        query: dict[str, Any] = {name: value for name, value in named.items() if value is not None}
        if between := _between(chosen.since, chosen.before):
            query["performed_at"] = between
        documents, next_cursor = self._entries.page(query, sort=[("performed_at", -1)], cursor=cursor, limit=limit)
        return [_entry(document) for document in documents], next_cursor


def _between(since: datetime | None, before: datetime | None) -> dict[str, datetime]:
    return {**({"$gte": since} if since else {}), **({"$lt": before} if before else {})}


def _entry(document: AuditEntryDocument) -> AuditEntry:
    return AuditEntry(
        id=document.id,
        service=document.service,
        actor_id=document.actor_id,
        action=document.action,
        target=document.target,
        reason=document.reason,
        performed_at=document.performed_at,
        details=dict(document.details),
    )
