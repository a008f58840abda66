"""What a person may ask about all of their data: a copy of it, and its end."""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints

from contracts.base import Command, Query, UtcDatetime, View
from contracts.ids import DeletionId, ExportId, UserId
from contracts.paging import DEFAULT_LIMIT, Cursor, Limit, Page


class DeletionStatus(StrEnum):
    ERASING = "erasing"
    COMPLETED = "completed"


class ConfirmationView(View):
    """`erased` counts by collection what was removed or made pseudonymous."""

    service: str
    erased: dict[str, int]
    confirmed_at: UtcDatetime


class DeletionView(View):
    """The certificate: who has confirmed, and whom it waits for. It tells of a person by an id alone."""

    id: DeletionId
    user_id: UserId
    status: DeletionStatus
    requested_at: UtcDatetime
    completed_at: UtcDatetime | None
    confirmations: tuple[ConfirmationView, ...]
    waits_for: tuple[str, ...]


class DeletionStartedView(View):
    """All sessions have ended. `certificate_token` shows how far it is, and when it is done the certificate: nothing else does."""

    deletion: DeletionView
    certificate_token: str


class DeletionPage(Page[DeletionView]):
    pass


class ExportStatus(StrEnum):
    PREPARING = "preparing"
    READY = "ready"
    FAILED = "failed"


class ExportView(View):
    """`url` downloads the zip file until `url_expires_at`; ask again for another link while the export is there (`expires_at`)."""

    id: ExportId
    status: ExportStatus
    requested_at: UtcDatetime
    expires_at: UtcDatetime | None = None
    size_bytes: int | None = None
    url: str | None = None
    url_expires_at: UtcDatetime | None = None


class RequestDeletion(Command[DeletionStartedView]):
    """Erase one's account and all data of oneself; refused with the list of what is still owed. Wants a fresh proof of identity."""

    service: ClassVar[str] = "personal_data"


class GetDeletion(Command[DeletionView]):
    """A command for its way alone: the secret belongs into a body, not into an address. It changes nothing."""

    service: ClassVar[str] = "personal_data"
    certificate_token: Annotated[str, StringConstraints(min_length=1, max_length=256), Field(repr=False)]


class ListDeletions(Query[DeletionPage]):
    """For the staff: the newest first; `waiting` leaves out what is completed."""

    service: ClassVar[str] = "personal_data"
    waiting: bool = False
    cursor: Cursor | None = None
    limit: Limit = DEFAULT_LIMIT


class RequestExport(Command[ExportView]):
    """Begin to collect one's data; one at a time. Wants a fresh proof of identity."""

    service: ClassVar[str] = "personal_data"


class GetExport(Query[ExportView]):
    """One's latest export. A link to it wants a fresh proof of identity."""

    service: ClassVar[str] = "personal_data"
