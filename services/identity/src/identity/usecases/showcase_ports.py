"""What the use cases of the showcase need from outside."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from identity.domain.showcase import Showcase, Upload
from identity.usecases.ports import UnitOfWork


class Showcases(Protocol):
    def of(self, user_id: str) -> Showcase:
        """Also where there is none yet."""

    def save(self, showcase: Showcase) -> None:
        """Raises: StaleVersion."""


class Uploads(Protocol):
    def get(self, upload_id: str) -> Upload | None: ...

    def add(self, upload: Upload) -> None: ...

    def save(self, upload: Upload) -> None: ...

    def remove(self, upload_id: str) -> None: ...

    def count_open(self, user_id: str, at: datetime) -> int: ...

    def expired(self, at: datetime, limit: int) -> list[Upload]:
        """Those never completed, and those whose answer nobody asks for again."""


class Removals(Protocol):
    """Objects that are to go: written with the change that makes them superfluous, carried out after it."""

    def add(self, keys: tuple[str, ...], at: datetime, owner: str) -> None: ...

    def waiting(self, limit: int) -> list[str]: ...

    def waiting_of(self, owner: str) -> bool:
        """Whether any of this person's still waits."""

    def done(self, key: str) -> None: ...


class ShowcaseWork(UnitOfWork, Protocol):
    """One transaction over these too."""

    showcases: Showcases
    uploads: Uploads
    removals: Removals


class Form(Protocol):
    @property
    def url(self) -> str: ...
    @property
    def fields(self) -> dict[str, str]: ...


class Files(Protocol):
    """The object store. Every method may raise FilesAway."""

    def upload_form(self, key: str, media_type: str, max_bytes: int, expires_s: int) -> Form: ...

    def link(self, key: str, file_name: str, expires_s: int) -> str: ...

    def public_url(self, key: str) -> str: ...

    def read(self, key: str, max_bytes: int) -> bytes | None: ...

    def write(self, key: str, data: bytes, media_type: str, *, inline: bool) -> None: ...

    def remove(self, key: str) -> None: ...


class Checked(Protocol):
    """What is kept of a file."""

    def __call__(self, data: bytes, media_type: str, longest_side: int) -> tuple[bytes, str]:
        """The bytes to keep and their type; an image is written anew. Raises: ContentRefused."""


Begin = Callable[[], ShowcaseWork]
