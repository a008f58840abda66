"""Show one application."""

from __future__ import annotations

from dataclasses import dataclass

from challenges.usecases.access import visible_application
from challenges.usecases.ports import Applications
from challenges.usecases.views import application_view
from chassis.principal import Principal
from contracts.challenges.queries import GetApplication
from contracts.challenges.views import ApplicationView


@dataclass(frozen=True, slots=True)
class GetApplicationHandler:
    applications: Applications

    def __call__(self, query: GetApplication, principal: Principal) -> ApplicationView:
        """The application, for its applicant and the challenger.

        Raises:
            ApplicationNotFound.
        """
        return application_view(visible_application(self.applications, query.application_id, principal.user_id))
