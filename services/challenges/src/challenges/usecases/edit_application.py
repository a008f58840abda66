"""Change a pending application."""

from __future__ import annotations

from dataclasses import dataclass

from challenges.usecases.access import existing_challenge, own_application
from challenges.usecases.edits import offer_changes
from challenges.usecases.ports import Begin, Now
from challenges.usecases.views import application_view
from chassis.principal import Principal
from contracts.challenges.commands import EditApplication
from contracts.challenges.views import ApplicationView


@dataclass(frozen=True, slots=True)
class EditApplicationHandler:
    unit_of_work: Begin
    now: Now

    def __call__(self, command: EditApplication, principal: Principal) -> ApplicationView:
        """Change what the command mentions.

        Raises:
            ApplicationNotFound, NotApplicant, ApplicationStale, ApplicationNotPending, BudgetCurrency, BudgetOutOfBounds,
            FieldNotNullable.
        """
        changes = offer_changes(command)
        with self.unit_of_work() as work:
            before = own_application(work.applications, command.application_id, principal.user_id)
            before.expect(command.expected_version)
            reward = existing_challenge(work.challenges, before.challenge_id).reward
            application = work.applications.save(before.edit(changes, reward, self.now()))
            return work.answer(application_view(application))
