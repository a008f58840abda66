"""How identity refuses what people show of themselves."""

from contracts.errors import DomainError, FieldError, Kind


class _FieldInvalid(DomainError):
    kind = Kind.INVALID

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(fields=(FieldError(pointer=f"/{field}", detail=detail),))


class UploadInvalid(_FieldInvalid):
    """This file cannot be taken."""

    code = "identity.upload.invalid"


class UploadNotFound(DomainError):
    """You have no such upload, or it has expired: begin again."""

    kind = Kind.NOT_FOUND
    code = "identity.upload.not_found"


class UploadMissing(DomainError):
    """The file has not arrived in the object store: upload it first."""

    kind = Kind.CONFLICT
    code = "identity.upload.missing"


class TooManyUploads(DomainError):
    """Complete your open uploads first, or wait until they expire."""

    kind = Kind.LIMITED
    code = "identity.upload.too_many"


class FileNotFound(DomainError):
    """You have no such file."""

    kind = Kind.NOT_FOUND
    code = "identity.file.not_found"


class ItemNotFound(DomainError):
    """You have no such portfolio item."""

    kind = Kind.NOT_FOUND
    code = "identity.portfolio.not_found"


class PortfolioFull(DomainError):
    """Your portfolio is full: remove something first."""

    kind = Kind.CONFLICT
    code = "identity.portfolio.full"


class ImageNotYours(_FieldInvalid):
    """There is no such image."""

    code = "identity.portfolio.image_unknown"

    def __init__(self) -> None:
        super().__init__("image_id", "is no image that you uploaded for your portfolio")


class OrderIncomplete(_FieldInvalid):
    """The order must name every item once."""

    code = "identity.portfolio.order_incomplete"

    def __init__(self) -> None:
        super().__init__("item_ids", "must name every item of your portfolio once")


class ShowcaseInvalid(_FieldInvalid):
    """The expert profile cannot take this value."""

    code = "identity.expert.invalid"


class ShowcaseStale(DomainError):
    """It has changed since it was read: read it again and repeat the change."""

    kind = Kind.CONFLICT
    code = "identity.showcase.stale"
