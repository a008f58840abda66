"""Decline an application."""

from __future__ import annotations

from dataclasses import dataclass

from challenges.usecases.access import received_application
from challenges.usecases.facts import application_rejected
from challenges.usecases.ports import Begin, Now
from challenges.usecases.views import application_view
from chassis.principal import Principal
from contracts.challenges.commands import RejectApplication
from contracts.challenges.terms import RejectReason
from contracts.challenges.views import ApplicationView


@dataclass(frozen=True, slots=True)
class RejectApplicationHandler:
    unit_of_work: Begin
    now: Now

    def __call__(self, command: RejectApplication, principal: Principal) -> ApplicationView:
        """Decline it; the others stay as they are.

        Raises:
            ApplicationNotFound, NotOwner, ApplicationNotPending.
        """
        with self.unit_of_work() as work:
            pending = received_application(work.applications, command.application_id, principal.user_id)
            application = work.applications.save(pending.reject(RejectReason.DECLINED, self.now()))
            work.emit(application_rejected(application, RejectReason.DECLINED))
            return work.answer(application_view(application))
