"""Look at the copy of one's data, and get a link to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal
from contracts.identity.privacy import ExportStatus, ExportView
from identity.domain.personal_data import ExportNotFound
from identity.domain.showcase import LINK_LASTS
from identity.usecases.privacy_ports import Archives, Exports
from identity.usecases.show_personal_data import export_view


@dataclass(frozen=True, slots=True)
class GetExportHandler:
    exports: Exports
    archives: Archives
    now: Callable[[], datetime]

    def __call__(self, principal: Principal) -> ExportView:
        """How far it is. The link, which soon expires, is there for who has just proven who they are.

        Raises:
            ExportNotFound.
        """
        at, export = self.now(), self.exports.of(principal.user_id)
        if export is None or (export.expires_at is not None and at >= export.expires_at):
            raise ExportNotFound
        view = export_view(export)
        if export.status is not ExportStatus.READY or not principal.fresh(at):
            return view
        url = self.archives.link(export.key, "openchance-data.zip", int(LINK_LASTS.total_seconds()))
        return view.model_copy(update={"url": url, "url_expires_at": at + LINK_LASTS})
