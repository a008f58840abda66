"""Say where a file may be put."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal
from contracts.identity.showcase import BeginUpload, UploadView
from identity.domain.showcase import RULES, UPLOAD_LASTS, Upload
from identity.usecases.showcase_ports import Begin, Files


@dataclass(frozen=True, slots=True)
class BeginUploadHandler:
    begin: Begin
    files: Files
    new_id: Callable[[str], str]
    now: Callable[[], datetime]

    def __call__(self, command: BeginUpload, principal: Principal) -> UploadView:
        """Nothing is stored yet but the intention; whoever does not come back leaves nothing behind.

        Raises:
            UploadInvalid, TooManyUploads.
        """
        at = self.now()
        with self.begin() as work:
            upload = Upload.begin(
                self.new_id("upload"),
                principal.user_id,
                command.purpose,
                command.media_type,
                command.size_bytes,
                command.name,
                at,
                work.uploads.count_open(principal.user_id, at),
            )
            work.uploads.add(upload)
            form = self.files.upload_form(
                upload.incoming_key, upload.media_type, RULES[upload.purpose].max_bytes, int(UPLOAD_LASTS.total_seconds())
            )
            return work.answer(UploadView(id=upload.id, url=form.url, fields=form.fields, expires_at=upload.expires_at))
