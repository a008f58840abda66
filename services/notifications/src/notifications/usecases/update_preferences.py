"""Choose by which channels to be told of what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from chassis.principal import Principal
from contracts.notifications.commands import UpdatePreferences
from contracts.notifications.views import PreferencesView
from notifications.usecases.ports import UnitOfWork
from notifications.usecases.views import preferences_view


@dataclass(frozen=True, slots=True)
class UpdatePreferencesHandler:
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(self, command: UpdatePreferences, principal: Principal) -> PreferencesView:
        """Categories that are not mentioned keep their channels.

        Raises:
            PreferencesStale: `expected_version` is not theirs.
        """
        with self.unit_of_work() as work:
            before = work.preferences.of(principal.user_id)
            before.expect(command.expected_version)
            chosen = before.choose((row.category, row.channels) for row in command.preferences)
            return work.answer(preferences_view(work.preferences.save(chosen)))
