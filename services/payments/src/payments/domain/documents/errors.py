"""What may be refused about documents."""

from __future__ import annotations

from contracts.errors import DomainError, FieldError, Kind


class DocumentNotFound(DomainError):
    """There is no such document."""

    kind = Kind.NOT_FOUND
    code = "payments.document.not_found"


class OrganisationNotYours(DomainError):
    """There is no such organisation, or you are not a member of it."""

    kind = Kind.INVALID
    code = "payments.billing.organisation_not_yours"

    def __init__(self) -> None:
        super().__init__(fields=(FieldError(pointer="/organisation_id", detail="is not one that you are a member of"),))


class ExportTooLarge(DomainError):
    """That is too much for one file: ask for a shorter period."""

    kind = Kind.INVALID
    code = "payments.export.too_large"

    def __init__(self, most: int) -> None:
        super().__init__(fields=(FieldError(pointer="/until", detail=f"one file holds at most {most} entries"),))


class FileTooLarge(DomainError):
    """This file is larger than can be sent in one answer."""

    kind = Kind.CONFLICT
    code = "payments.file.too_large"
