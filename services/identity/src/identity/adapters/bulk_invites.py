"""Jobs that invite many, and their rows, in MongoDB."""

from __future__ import annotations

from datetime import datetime

from pymongo import ASCENDING
from pymongo.client_session import ClientSession

from chassis.documents import DocumentCollection
from contracts.identity.organisation_views import BulkInviteStatus, RowOutcome
from identity.adapters.organisation_documents import BulkInviteDocument, BulkInviteRowDocument
from identity.domain.account import email_key
from identity.domain.bulk_invite import BulkInvite, BulkInviteRow


class MongoBulkInvites:
    """The port BulkInvites; without a session for reads outside a transaction."""

    def __init__(self, session: ClientSession | None = None) -> None:
        self._jobs = DocumentCollection(BulkInviteDocument, session)
        self._rows = DocumentCollection(BulkInviteRowDocument, session)

    def get(self, job_id: str) -> BulkInvite | None:
        found = self._jobs.get(job_id)
        if found is None:
            return None
        return BulkInvite(
            id=found.id,
            version=found.version,
            organisation_id=found.organisation_id,
            started_by=found.started_by,
            total=found.total,
            created_at=found.created_at,
            counts=dict(found.counts),
            finished_at=found.finished_at,
            served_at=found.served_at,
        )

    def running(self, limit: int) -> list[str]:
        running = {"status": BulkInviteStatus.RUNNING.value}
        found = self._jobs.rows(running, sort=[("served_at", ASCENDING), ("_id", ASCENDING)], limit=limit)
        return [str(row["_id"]) for row in found]

    def running_in(self, organisation_id: str) -> int:
        return self._jobs.count({"organisation_id": organisation_id, "status": BulkInviteStatus.RUNNING.value})

    def add(self, job: BulkInvite, rows: list[BulkInviteRow]) -> None:
        self._jobs.insert(_job_document(job))
        for row in rows:
            self._rows.insert(_row_document(row))

    def save(self, job: BulkInvite) -> None:
        self._jobs.replace(_job_document(job), expected_version=job.version - 1)

    def next_row(self, job_id: str) -> BulkInviteRow | None:
        waiting = {"job_id": job_id, "outcome": RowOutcome.WAITING.value}
        found = self._rows.find(waiting, sort=[("number", ASCENDING)], limit=1)
        return _row(found[0]) if found else None

    def repeated(self, row: BulkInviteRow) -> bool:
        query = {"job_id": row.job_id, "email_key": email_key(row.email), "number": {"$lt": row.number}}
        return bool(self._rows.rows(query, limit=1))

    def keep_row(self, row: BulkInviteRow) -> None:
        self._rows.replace(_row_document(row), expected_version=row.version - 1)

    def finished(self, before: datetime, limit: int) -> list[str]:
        found = self._jobs.rows({"finished_at": {"$lte": before}}, sort=[("finished_at", ASCENDING)], limit=limit)
        return [str(row["_id"]) for row in found]

    def remove(self, job_id: str) -> None:
        self._rows.delete_all({"job_id": job_id})
        self._jobs.delete(job_id)

    def forget_address(self, email: str) -> None:
        """Whoever would invite it, wherever: their jobs go on without these rows."""
        self._rows.delete_all({"email_key": email_key(email)})

    def rows(self, job_id: str, cursor: str | None, limit: int) -> tuple[list[BulkInviteRow], str | None]:
        found, more = self._rows.page({"job_id": job_id}, sort=[("number", ASCENDING)], cursor=cursor, limit=limit)
        return [_row(one) for one in found], more


def _job_document(job: BulkInvite) -> BulkInviteDocument:
    status = BulkInviteStatus.RUNNING if job.finished_at is None else BulkInviteStatus.FINISHED
    return BulkInviteDocument(
        id=job.id,
        version=job.version,
        organisation_id=job.organisation_id,
        started_by=job.started_by,
        total=job.total,
        counts=dict(job.counts),
        status=status.value,
        created_at=job.created_at,
        finished_at=job.finished_at,
        served_at=job.served_at,
    )


def _row(found: BulkInviteRowDocument) -> BulkInviteRow:
    return BulkInviteRow(
        found.job_id, found.number, found.email or "", found.role or "", found.version, RowOutcome(found.outcome), found.detail
    )


def _row_document(row: BulkInviteRow) -> BulkInviteRowDocument:
    return BulkInviteRowDocument(
        id=row.id,
        version=row.version,
        job_id=row.job_id,
        number=row.number,
        email=row.email,
        email_key=email_key(row.email),
        role=row.role,
        outcome=row.outcome.value,
        detail=row.detail,
    )
