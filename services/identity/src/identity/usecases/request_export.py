"""Ask for a copy of one's data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal
from contracts.identity.privacy import ExportView
from identity.domain.personal_data import Export
from identity.usecases.privacy_ports import BeginPrivacy
from identity.usecases.show_personal_data import export_view


@dataclass(frozen=True, slots=True)
class RequestExportHandler:
    begin: BeginPrivacy
    new_id: Callable[[str], str]
    now: Callable[[], datetime]

    def __call__(self, principal: Principal) -> ExportView:
        """Raises:
        StepUpRequired.
        ExportRunning: one at a time.
        """
        at = self.now()
        principal.require_fresh(at)
        with self.begin() as work:
            before = work.exports.of(principal.user_id)
            export = Export.begin(self.new_id("export"), principal.user_id, principal.session_id, at, before)
            if before is not None:
                work.removals.add((before.key,), at, principal.user_id)
            work.exports.save(export)
            return work.answer(export_view(export))
