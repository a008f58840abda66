"""Forget whom organisations invited, when it is long over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from identity.domain.bulk_invite import KEPT
from identity.domain.organisation import INVITATION_KEPT
from identity.usecases.organisation_ports import BulkInvites, Invitations
from identity.usecases.ports import UnitOfWork

_INVITATIONS = 100
_JOBS = 1  # of up to two thousand rows


@dataclass(frozen=True, slots=True)
class ForgetInvitationsHandler:
    """An invitation goes together with its place, which nobody could take any more else: so the database's own clock is no help here."""

    unit_of_work: Callable[[], UnitOfWork]
    invitations: Invitations  # outside a transaction, and so are the jobs
    jobs: BulkInvites
    now: Callable[[], datetime]

    def __call__(self) -> None:
        """Some each time: whatever has piled up goes over the next runs."""
        expired, finished = self.now() - INVITATION_KEPT, self.now() - KEPT
        if self.invitations.expired(expired, 1):
            with self.unit_of_work() as work:
                for invitation in work.invitations.expired(expired, _INVITATIONS):
                    work.invitations.remove(invitation)
        for job_id in self.jobs.finished(finished, _JOBS):
            with self.unit_of_work() as work:
                work.bulk_invites.remove(job_id)
