"""Remove objects that nobody needs any more, and uploads that were never completed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from identity.usecases.showcase_ports import Begin, Files, Removals, Uploads

_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class TidyFilesHandler:
    begin: Begin
    uploads: Uploads
    removals: Removals
    files: Files
    now: Callable[[], datetime]

    def __call__(self) -> None:
        """A row goes after its object did: who is cut off in between removes the object once more.

        Raises:
            FilesAway: the next run goes on.
        """
        at = self.now()
        for upload in self.uploads.expired(at, _AT_ONCE):
            with self.begin() as work:
                keys = (upload.incoming_key,) if upload.file else (upload.incoming_key, upload.result_key)
                work.removals.add(keys, at, upload.user_id)
                work.uploads.remove(upload.id)
        for key in self.removals.waiting(_AT_ONCE):
            self.files.remove(key)
            with self.begin() as work:
                work.removals.done(key)
