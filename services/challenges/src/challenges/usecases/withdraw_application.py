"""Take an application back."""

from __future__ import annotations

from dataclasses import dataclass

from challenges.usecases.access import own_application
from challenges.usecases.facts import application_withdrawn
from challenges.usecases.ports import Begin, Now
from challenges.usecases.views import application_view
from chassis.principal import Principal
from contracts.challenges.commands import WithdrawApplication
from contracts.challenges.views import ApplicationView


@dataclass(frozen=True, slots=True)
class WithdrawApplicationHandler:
    unit_of_work: Begin
    now: Now

    def __call__(self, command: WithdrawApplication, principal: Principal) -> ApplicationView:
        """Take back a pending application. It still counts as this person's one application.

        Raises:
            ApplicationNotFound, NotApplicant, ApplicationNotPending.
        """
        with self.unit_of_work() as work:
            pending = own_application(work.applications, command.application_id, principal.user_id)
            application = work.applications.save(pending.withdraw(self.now()))
            work.emit(application_withdrawn(application))
            return work.answer(application_view(application))
