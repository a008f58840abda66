"""What a person shows of themselves besides the profile: files, portfolio, the expert's side."""

from enum import StrEnum
from typing import Annotated, ClassVar, Self

from pydantic import Field, HttpUrl, StringConstraints, model_validator

from contracts.base import Command, Done, LongText, Name, Query, Title, UtcDatetime, View
from contracts.ids import FileId, PortfolioItemId, UploadId
from contracts.money import Price

MAX_PORTFOLIO_ITEMS = 20
MAX_WINDOWS = 50
_TIME = r"([01][0-9]|2[0-3]):[0-5][0-9]"
_BEGIN = Annotated[str, StringConstraints(pattern=rf"^{_TIME}$")]
_END = Annotated[str, StringConstraints(pattern=rf"^({_TIME}|24:00)$")]


class FilePurpose(StrEnum):
    """What a file is for: it decides the types, the size and who may see it."""

    AVATAR = "avatar"
    RESUME = "resume"
    PORTFOLIO_IMAGE = "portfolio_image"


class Weekday(StrEnum):
    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


class AvailabilityWindow(View):
    """A stretch of every week, in the expert's own zone; `until` may be 24:00."""

    weekday: Weekday
    since: _BEGIN
    until: _END

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.since >= self.until:
            raise ValueError("until must be later than since; a window that crosses midnight is two")
        return self


class UploadView(View):
    """Post the file as multipart/form-data to `url`: `fields` first, the file itself last under the name `file`; then complete."""

    id: UploadId
    url: str
    fields: dict[str, str]
    expires_at: UtcDatetime


class FileView(View):
    """`url` is there where everybody may see the file."""

    id: FileId
    purpose: FilePurpose
    name: str
    media_type: str
    size_bytes: int
    url: str | None = None


class FileLinkView(View):
    """A link that downloads the file until it expires."""

    url: str
    expires_at: UtcDatetime


class PortfolioItemView(View):
    id: PortfolioItemId
    title: str
    text: str | None
    link: str | None
    image_url: str | None


class ExpertView(View):
    """`hourly_rate` is in minor units; the windows are those of `time_zone` (IANA)."""

    industries: tuple[str, ...]
    hourly_rate: Price
    time_zone: str
    availability: tuple[AvailabilityWindow, ...]


class ShowcaseView(View):
    """One's own. `version` is the ETag."""

    version: int
    avatar: FileView | None
    resume: FileView | None
    portfolio: tuple[PortfolioItemView, ...]
    expert: ExpertView | None


class BeginUpload(Command[UploadView]):
    """Ask where to put a file. Avatars and portfolio images are JPEG, PNG or WebP, a résumé is PDF."""

    service: ClassVar[str] = "showcase"
    purpose: FilePurpose
    media_type: Annotated[str, StringConstraints(max_length=120, pattern=r"^[\w.+-]+/[\w.+-]+$")]
    size_bytes: Annotated[int, Field(ge=1)]
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120, pattern=r"^[^\x00-\x1f/\\]+$")]


class CompleteUpload(Command[FileView]):
    """The file is there: it is checked, images are written anew, and an avatar or résumé takes the place of the one before."""

    service: ClassVar[str] = "showcase"
    upload_id: UploadId


class GetFileLink(Query[FileLinkView]):
    service: ClassVar[str] = "showcase"
    file_id: FileId


class RemoveFile(Command[Done]):
    service: ClassVar[str] = "showcase"
    file_id: FileId


class GetShowcase(Query[ShowcaseView]):
    service: ClassVar[str] = "showcase"


class _Item(Command[ShowcaseView]):
    service: ClassVar[str] = "showcase"
    text: LongText | None = None
    link: HttpUrl | None = None
    image_id: FileId | None = None


class AddPortfolioItem(_Item):
    """At the end of the portfolio. `image_id` is a file of yours that was uploaded for the portfolio."""

    title: Title


class EditPortfolioItem(_Item):
    """Change what is mentioned; null empties a field. `expected_version` (If-Match) refuses a lost update."""

    item_id: PortfolioItemId
    title: Title | None = None
    expected_version: Annotated[int, Field(ge=1)] | None = None


class RemovePortfolioItem(Command[ShowcaseView]):
    service: ClassVar[str] = "showcase"
    item_id: PortfolioItemId


class OrderPortfolio(Command[ShowcaseView]):
    """All items, each once, in the new order."""

    service: ClassVar[str] = "showcase"
    item_ids: Annotated[tuple[PortfolioItemId, ...], Field(max_length=MAX_PORTFOLIO_ITEMS)]


class SetExpertProfile(Command[ShowcaseView]):
    """Windows of one day must not overlap."""

    service: ClassVar[str] = "showcase"
    industries: Annotated[tuple[Name, ...], Field(min_length=1, max_length=20)]
    hourly_rate: Price
    time_zone: Annotated[str, StringConstraints(max_length=64)]
    availability: Annotated[tuple[AvailabilityWindow, ...], Field(max_length=MAX_WINDOWS)] = ()
