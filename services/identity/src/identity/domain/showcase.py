"""What a person shows of themselves besides the profile: avatar, résumé, portfolio, the expert's side; and the files of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import pairwise

from contracts.identity.showcase import MAX_PORTFOLIO_ITEMS, AvailabilityWindow, FilePurpose, Weekday
from contracts.money import Price
from identity.domain.showcase_errors import (
    FileNotFound,
    ImageNotYours,
    ItemNotFound,
    OrderIncomplete,
    PortfolioFull,
    ShowcaseInvalid,
    ShowcaseStale,
    TooManyUploads,
    UploadInvalid,
)

UPLOAD_LASTS = timedelta(minutes=15)
LINK_LASTS = timedelta(minutes=5)
_OPEN_UPLOADS = 20
_IMAGES = ("image/jpeg", "image/png", "image/webp")
_MOST_FILES = 60


@dataclass(frozen=True, slots=True)
class FileRules:
    """`public`: everybody may see it, by a path that stays. `longest_side` is of images, in pixels."""

    media_types: tuple[str, ...]
    max_bytes: int
    public: bool
    longest_side: int = 0


RULES = {
    FilePurpose.AVATAR: FileRules(_IMAGES, 5 * 1024**2, public=True, longest_side=512),
    FilePurpose.RESUME: FileRules(("application/pdf",), 10 * 1024**2, public=False),
    FilePurpose.PORTFOLIO_IMAGE: FileRules(_IMAGES, 10 * 1024**2, public=True, longest_side=2048),
}


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that was checked; `key` is where it lies in the object store."""

    id: str
    purpose: FilePurpose
    key: str
    name: str
    media_type: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that is announced, and once it was completed (`file`) what became of it."""

    id: str
    version: int
    user_id: str
    purpose: FilePurpose
    media_type: str
    name: str
    expires_at: datetime
    file: StoredFile | None = None

    @classmethod
    def begin(
        cls, upload_id: str, user_id: str, purpose: FilePurpose, media_type: str, size: int, name: str, at: datetime, open_: int
    ) -> Upload:
        """Raises: UploadInvalid, TooManyUploads."""
        rules = RULES[purpose]
        if media_type not in rules.media_types:
            raise UploadInvalid("media_type", f"must be {' or '.join(rules.media_types)}")
        if size > rules.max_bytes:
            raise UploadInvalid("size_bytes", f"must be at most {rules.max_bytes}")
        if open_ >= _OPEN_UPLOADS:
            raise TooManyUploads
        return cls(upload_id, 1, user_id, purpose, media_type, name, at + UPLOAD_LASTS)

    @property
    def incoming_key(self) -> str:
        return f"incoming/{self.id}"

    @property
    def result_key(self) -> str:
        """The same whenever it is completed again, so that nothing is left behind by a process that ended in between."""
        rules = RULES[self.purpose]
        secret = self.id.removeprefix("upload_")
        return f"public/{self.purpose.value}/{secret}.webp" if rules.public else f"private/{secret}"

    def completed(self, file: StoredFile) -> Upload:
        return replace(self, file=file, version=self.version + 1)


@dataclass(frozen=True, slots=True)
class PortfolioItem:
    id: str
    title: str
    text: str | None = None
    link: str | None = None
    image_id: str | None = None


@dataclass(frozen=True, slots=True)
class ExpertProfile:
    industries: tuple[str, ...]
    hourly_rate: Price
    time_zone: str
    availability: tuple[AvailabilityWindow, ...]

    @classmethod
    def of(cls, industries: tuple[str, ...], rate: Price, time_zone: str, windows: tuple[AvailabilityWindow, ...]) -> ExpertProfile:
        """Raises: ShowcaseInvalid: windows overlap."""
        days = [day.value for day in Weekday]
        ordered = tuple(sorted(windows, key=lambda window: (days.index(window.weekday.value), window.since)))
        for before, after in pairwise(ordered):
            if before.weekday is after.weekday and after.since < before.until:
                raise ShowcaseInvalid("availability", f"windows on {after.weekday.value} overlap at {after.since}")
        return cls(tuple(dict.fromkeys(industries)), rate, time_zone, ordered)


@dataclass(frozen=True, slots=True)
class Showcase:
    """Of one person; version 0 while there is nothing. Each change gives a new value whose `version` is one higher."""

    user_id: str
    version: int = 0
    files: tuple[StoredFile, ...] = ()
    portfolio: tuple[PortfolioItem, ...] = ()
    expert: ExpertProfile | None = field(default=None)

    def of_purpose(self, purpose: FilePurpose) -> StoredFile | None:
        return next((file for file in self.files if file.purpose is purpose), None)

    def file(self, file_id: str | None) -> StoredFile | None:
        return next((file for file in self.files if file.id == file_id), None)

    def with_file(self, file: StoredFile) -> tuple[Showcase, tuple[StoredFile, ...]]:
        """With a new file, and the files it takes the place of. Raises: PortfolioFull."""
        if file.purpose is FilePurpose.PORTFOLIO_IMAGE:
            if len(self.files) >= _MOST_FILES:
                raise PortfolioFull
            return self._changed(files=(*self.files, file)), ()
        replaced = tuple(one for one in self.files if one.purpose is file.purpose)
        return self._changed(files=(*(one for one in self.files if one not in replaced), file)), replaced

    def without_file(self, file_id: str) -> tuple[Showcase, StoredFile]:
        """Items that showed it stay, without an image. Raises: FileNotFound."""
        found = self.file(file_id)
        if found is None:
            raise FileNotFound
        items = tuple(replace(item, image_id=None) if item.image_id == file_id else item for item in self.portfolio)
        return self._changed(files=tuple(one for one in self.files if one is not found), portfolio=items), found

    def with_item(self, item: PortfolioItem) -> Showcase:
        """Raises: PortfolioFull, ImageNotYours."""
        if len(self.portfolio) >= MAX_PORTFOLIO_ITEMS:
            raise PortfolioFull
        self._require_image(item)
        return self._changed(portfolio=(*self.portfolio, item))

    def item(self, item_id: str) -> PortfolioItem:
        """Raises: ItemNotFound."""
        for item in self.portfolio:
            if item.id == item_id:
                return item
        raise ItemNotFound

    def with_item_changed(self, item: PortfolioItem, expected_version: int | None) -> Showcase:
        """Raises: ShowcaseStale, ImageNotYours."""
        if expected_version not in (None, self.version):
            raise ShowcaseStale
        self._require_image(item)
        return self._changed(portfolio=tuple(item if one.id == item.id else one for one in self.portfolio))

    def without_item(self, item_id: str) -> Showcase:
        """Raises: ItemNotFound."""
        gone = self.item(item_id)
        return self._changed(portfolio=tuple(one for one in self.portfolio if one is not gone))

    def in_order(self, item_ids: tuple[str, ...]) -> Showcase:
        """Raises: OrderIncomplete."""
        if sorted(item_ids) != sorted(item.id for item in self.portfolio):
            raise OrderIncomplete
        return self._changed(portfolio=tuple(self.item(item_id) for item_id in item_ids))

    def with_expert(self, expert: ExpertProfile) -> Showcase:
        return self._changed(expert=expert)

    def _require_image(self, item: PortfolioItem) -> None:
        file = self.file(item.image_id)
        if item.image_id and (file is None or file.purpose is not FilePurpose.PORTFOLIO_IMAGE):
            raise ImageNotYours

    def _changed(self, **changes: object) -> Showcase:
        return replace(self, version=self.version + 1, **changes)  # type: ignore[arg-type]  # its own fields
