"""A person's right to a copy of their data, and to its end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from contracts.errors import DomainError, FieldError, Kind
from contracts.identity.privacy import ExportStatus
from contracts.privacy.views import ObligationView

EXPORT_LASTS = timedelta(hours=24)
_EXPORT_TRIED_FOR = timedelta(hours=1)
_CLAIM = timedelta(minutes=5)


class ObligationsOpen(DomainError):
    """Something is still owed by you or to you: settle it first."""

    kind = Kind.CONFLICT
    code = "identity.deletion.obligations"

    def __init__(self, owed: tuple[ObligationView, ...]) -> None:
        super().__init__(
            fields=tuple(
                FieldError(pointer=f"/obligations/{number}", detail=f"{one.kind} {one.subject}: {one.detail}")
                for number, one in enumerate(owed)
            )
        )


class ServicesAway(DomainError):
    """Not every service could be asked: try again."""

    kind = Kind.UNAVAILABLE
    code = "identity.personal_data.unavailable"


class DeletionNotFound(DomainError):
    """There is no such deletion."""

    kind = Kind.UNAUTHENTICATED
    code = "identity.deletion.not_found"


class ExportRunning(DomainError):
    """Your data is being collected already."""

    kind = Kind.CONFLICT
    code = "identity.export.running"


class ExportNotFound(DomainError):
    """You have not asked for a copy of your data, or it has expired."""

    kind = Kind.NOT_FOUND
    code = "identity.export.not_found"


@dataclass(frozen=True, slots=True)
class Confirmation:
    service: str
    erased: Mapping[str, int]
    at: datetime


@dataclass(frozen=True, slots=True)
class Deletion:
    """Goes on until every service has confirmed. It tells of a person by an id that then leads nowhere."""

    id: str
    version: int
    user_id: str
    token_digest: str
    requested_at: datetime
    confirmations: tuple[Confirmation, ...] = ()
    completed_at: datetime | None = None

    def waits_for(self, services: tuple[str, ...]) -> tuple[str, ...]:
        confirmed = {one.service for one in self.confirmations}
        return tuple(service for service in services if service not in confirmed)

    def confirmed(self, confirmation: Confirmation, services: tuple[str, ...]) -> Deletion:
        """After a service's word; itself where that was heard before. With the last one it is completed."""
        if any(one.service == confirmation.service for one in self.confirmations):
            return self
        after = replace(self, confirmations=(*self.confirmations, confirmation), version=self.version + 1)
        return after if after.waits_for(services) else replace(after, completed_at=confirmation.at)


@dataclass(frozen=True, slots=True)
class Export:
    """A copy of one person's data, in the making or made. Who makes it claims it for a while; made twice, it is one all the same."""

    user_id: str
    version: int
    id: str
    session_id: str
    requested_at: datetime
    status: ExportStatus
    due_at: datetime
    expires_at: datetime | None = None
    size_bytes: int | None = None

    @classmethod
    def begin(cls, export_id: str, user_id: str, session_id: str, at: datetime, before: Export | None) -> Export:
        """Raises: ExportRunning."""
        if before is not None and before.status is ExportStatus.PREPARING:
            raise ExportRunning
        return cls(user_id, before.version + 1 if before else 1, export_id, session_id, at, ExportStatus.PREPARING, at)

    @property
    def key(self) -> str:
        return f"exports/{self.id}.zip"

    def claimed(self, at: datetime) -> Export:
        return replace(self, due_at=at + _CLAIM, version=self.version + 1)

    def ready(self, size: int, at: datetime) -> Export:
        expires_at = at + EXPORT_LASTS
        return replace(self, status=ExportStatus.READY, size_bytes=size, expires_at=expires_at, due_at=expires_at, version=self.version + 1)

    def failed(self, at: datetime) -> Export:
        return replace(self, status=ExportStatus.FAILED, expires_at=at + EXPORT_LASTS, due_at=at + EXPORT_LASTS, version=self.version + 1)

    def given_up(self, at: datetime) -> bool:
        return at >= self.requested_at + _EXPORT_TRIED_FOR
