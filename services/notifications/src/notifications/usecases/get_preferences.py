"""Show by which channels a person is told of what."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.principal import Principal
from contracts.notifications.queries import GetPreferences
from contracts.notifications.views import PreferencesView
from notifications.usecases.ports import AllPreferences
from notifications.usecases.views import preferences_view


@dataclass(frozen=True, slots=True)
class GetPreferencesHandler:
    preferences: AllPreferences

    def __call__(self, _query: GetPreferences, principal: Principal) -> PreferencesView:
        return preferences_view(self.preferences.of(principal.user_id))
