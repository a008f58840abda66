"""Give the owner of a file a link to it that soon expires."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal
from contracts.identity.showcase import FileLinkView, GetFileLink
from identity.domain.showcase import LINK_LASTS
from identity.domain.showcase_errors import FileNotFound
from identity.usecases.showcase_ports import Files, Showcases


@dataclass(frozen=True, slots=True)
class GetFileLinkHandler:
    showcases: Showcases
    files: Files
    now: Callable[[], datetime]

    def __call__(self, query: GetFileLink, principal: Principal) -> FileLinkView:
        """Raises:
        FileNotFound: also of files of others.
        """
        file = self.showcases.of(principal.user_id).file(query.file_id)
        if file is None:
            raise FileNotFound
        url = self.files.link(file.key, file.name, int(LINK_LASTS.total_seconds()))
        return FileLinkView(url=url, expires_at=self.now() + LINK_LASTS)
