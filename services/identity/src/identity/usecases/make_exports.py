"""Collect the data of those who asked for a copy, and remove copies that have expired."""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import IO

from contracts.catalogue import SERVICES
from contracts.identity.events import ExportReady
from contracts.identity.privacy import ExportStatus
from identity.domain.personal_data import Export
from identity.domain.showcase import RULES
from identity.usecases.ports import Accounts, Sessions, Tokens
from identity.usecases.privacy_ports import Archives, BeginPrivacy, Exports, OtherServices
from identity.usecases.showcase_ports import Showcases

_AT_ONCE = 5
_IN_MEMORY = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class MakeExportsHandler:
    begin: BeginPrivacy
    exports: Exports
    accounts: Accounts
    sessions: Sessions
    showcases: Showcases
    services: OtherServices
    archives: Archives
    tokens: Tokens
    now: Callable[[], datetime]

    def __call__(self) -> None:
        """Each is claimed for some minutes: another replica, or the next run, goes on with what was left in the middle.

        Raises:
            ServicesAway, FilesAway: it is tried again when the claim is over, for an hour.
        """
        for export in self.exports.due(self.now(), _AT_ONCE):
            if export.status is not ExportStatus.PREPARING:
                self._drop(export)
            elif (claimed := self._claimed(export)) is not None:
                self._make(claimed)

    def _drop(self, export: Export) -> None:
        with self.begin() as work:
            if work.exports.of(export.user_id) == export:
                work.removals.add((export.key,), self.now(), export.user_id)
                work.exports.remove(export.user_id)

    def _claimed(self, export: Export) -> Export | None:
        at = self.now()
        with self.begin() as work:
            if work.exports.of(export.user_id) != export:
                return None
            claimed = export.failed(at) if export.given_up(at) else export.claimed(at)
            work.exports.save(claimed)
        return claimed if claimed.status is ExportStatus.PREPARING else None

    def _make(self, export: Export) -> None:
        at = self.now()
        account, session = self.accounts.get(export.user_id), self.sessions.get(export.session_id)
        if account is None or session is None or not session.live(at):  # who asked is logged out: nobody may ask in their name
            self._finish(export, export.failed(at))
            return
        with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as output:
            with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
                for service in SERVICES:
                    token = self.tokens.access(account, session, self.now()).access_token
                    with archive.open(f"{service}.json", "w") as file:
                        self._write(file, service, token)
                self._add_files(archive, export.user_id)
            size = output.tell()
            output.seek(0)
            self.archives.write(export.key, output, "application/zip", inline=False)
        self._finish(export, export.ready(size, self.now()))

    def _write(self, file: IO[bytes], service: str, token: str) -> None:
        """A JSON array, written as it comes."""
        begun = False
        for record in self.services.personal_data(service, token):
            file.write((b",\n" if begun else b"[\n") + json.dumps(record.model_dump(), ensure_ascii=False).encode())
            begun = True
        file.write(b"\n]\n" if begun else b"[]\n")

    def _add_files(self, archive: zipfile.ZipFile, user_id: str) -> None:
        for file in self.showcases.of(user_id).files:
            data = self.archives.read(file.key, 2 * RULES[file.purpose].max_bytes)
            if data is not None:
                archive.writestr(f"files/{file.id}-{file.purpose.value}-{file.name}", data)

    def _finish(self, export: Export, finished: Export) -> None:
        with self.begin() as work:
            if (kept := work.exports.of(export.user_id)) != export:
                if kept is None or kept.id != export.id:  # its person was erased meanwhile: nobody else knows of the object
                    work.removals.add((export.key,), self.now(), export.user_id)
                return
            work.exports.save(finished)
            if finished.expires_at is not None and finished.status is ExportStatus.READY:
                work.emit(ExportReady(user_id=export.user_id, export_id=export.id, expires_at=finished.expires_at))
