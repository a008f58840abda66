"""What the use cases of people's data need from outside."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import IO, Protocol

from contracts.privacy.views import ObligationView, PersonalRecordView
from identity.domain.personal_data import Deletion, Export
from identity.usecases.showcase_ports import ShowcaseWork


class Deletions(Protocol):
    def get(self, deletion_id: str) -> Deletion | None: ...

    def by_token(self, token_digest: str) -> Deletion | None: ...

    def add(self, deletion: Deletion) -> None: ...

    def save(self, deletion: Deletion) -> None: ...

    def page(self, waiting: bool, cursor: str | None, limit: int) -> tuple[list[Deletion], str | None]:
        """The newest first."""


class Exports(Protocol):
    """One for each person at most."""

    def of(self, user_id: str) -> Export | None: ...

    def save(self, export: Export) -> None:
        """Raises: StaleVersion."""

    def remove(self, user_id: str) -> None: ...

    def due(self, at: datetime, limit: int) -> list[Export]: ...


class PrivacyWork(ShowcaseWork, Protocol):
    """One transaction over these too."""

    deletions: Deletions
    exports: Exports

    def forget_address(self, email: str) -> None:
        """What others wrote down of this address when they invited it."""

    def destroy_key(self, user_id: str) -> None: ...


class OtherServices(Protocol):
    """What all services answer about a person, in their name. Every method may raise ServicesAway."""

    def obligations(self, token: str) -> tuple[ObligationView, ...]: ...

    def personal_data(self, service: str, token: str) -> Iterator[PersonalRecordView]: ...


class Archives(Protocol):
    """Where copies of people's data lie. Every method may raise FilesAway."""

    def read(self, key: str, max_bytes: int) -> bytes | None: ...

    def write(self, key: str, data: bytes | IO[bytes], media_type: str, *, inline: bool) -> None: ...

    def link(self, key: str, file_name: str, expires_s: int) -> str: ...


BeginPrivacy = Callable[[], PrivacyWork]
