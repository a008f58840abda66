"""Take what the staff did in other services into the audit log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from contracts.admin.events import ActionTaken
from identity.domain.audit import AuditEntry
from identity.usecases.ports import UnitOfWork


@dataclass(frozen=True, slots=True)
class RecordActionHandler:
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(self, event: ActionTaken) -> None:
        """One entry for each action: its id is the action's, and an event that comes again finds its inbox record."""
        details = {"request_id": event.request_id}
        entry = AuditEntry(
            event.action_id, event.service, event.actor_id, event.action, event.target, event.reason, event.taken_at, details
        )
        with self.unit_of_work() as work:
            work.audit.append(entry)
