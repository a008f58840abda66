"""Take a file that was uploaded: check what it is, keep it under a key of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal
from contracts.identity.showcase import CompleteUpload, FileView
from identity.domain.showcase import RULES, StoredFile, Upload
from identity.domain.showcase_errors import UploadInvalid, UploadMissing, UploadNotFound
from identity.usecases.show_showcase import file_view
from identity.usecases.showcase_ports import Begin, Checked, Files, Uploads


@dataclass(frozen=True, slots=True)
class CompleteUploadHandler:
    begin: Begin
    uploads: Uploads  # outside a transaction: none stays open while a file is read and written
    files: Files
    checked: Checked
    new_id: Callable[[str], str]
    now: Callable[[], datetime]

    def __call__(self, command: CompleteUpload, principal: Principal) -> FileView:
        """Asked again, it answers the same.

        Raises:
            UploadNotFound: it is unknown, expired, or somebody else's.
            UploadMissing: nothing was put there.
            UploadInvalid, ContentRefused: it is too large, or not what was announced.
            PortfolioFull, FilesAway.
        """
        at = self.now()
        upload = self._known(self.uploads.get(command.upload_id), principal, at)
        if upload.file is not None:
            return file_view(upload.file, self.files.public_url)
        file = self._kept(upload)
        try:
            with self.begin() as work:
                upload = self._known(work.uploads.get(upload.id), principal, at)
                if upload.file is not None:  # completed by another request in the meantime
                    return file_view(upload.file, self.files.public_url)
                showcase, replaced = work.showcases.of(principal.user_id).with_file(file)
                work.showcases.save(showcase)
                work.uploads.save(upload.completed(file))
                work.removals.add((upload.incoming_key, *(one.key for one in replaced)), at, principal.user_id)
        except UploadNotFound:  # its person was erased meanwhile: nobody else knows of the object
            with self.begin() as work:
                work.removals.add((file.key,), at, principal.user_id)
            raise
        return file_view(file, self.files.public_url)

    def _known(self, upload: Upload | None, principal: Principal, at: datetime) -> Upload:
        if upload is None or upload.user_id != principal.user_id or (upload.file is None and at >= upload.expires_at):
            raise UploadNotFound
        return upload

    def _kept(self, upload: Upload) -> StoredFile:
        rules = RULES[upload.purpose]
        data = self.files.read(upload.incoming_key, rules.max_bytes)
        if data is None:
            raise UploadMissing
        if len(data) > rules.max_bytes:
            raise UploadInvalid("size_bytes", f"must be at most {rules.max_bytes}")
        kept, media_type = self.checked(data, upload.media_type, rules.longest_side)
        self.files.write(upload.result_key, kept, media_type, inline=rules.public)
        return StoredFile(self.new_id("file"), upload.purpose, upload.result_key, upload.name, media_type, len(kept))
