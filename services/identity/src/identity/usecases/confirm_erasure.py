"""Hear that a service keeps nothing of a person any more; after the last one the person's key is destroyed."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.catalogue import SERVICES
from contracts.privacy.events import PersonDataErased
from identity.domain.personal_data import Confirmation
from identity.usecases.privacy_ports import BeginPrivacy


@dataclass(frozen=True, slots=True)
class ConfirmErasureHandler:
    begin: BeginPrivacy

    def __call__(self, event: PersonDataErased) -> None:
        """The key lasts until everybody has confirmed: a service that was down first reads what it missed, then forgets it."""
        with self.begin() as work:
            deletion = work.deletions.get(event.deletion_id)
            if deletion is None:
                return
            after = deletion.confirmed(Confirmation(event.service, event.erased, event.erased_at), SERVICES)
            if after is deletion:
                return
            work.deletions.save(after)
            if after.completed_at is not None:
                work.destroy_key(after.user_id)
