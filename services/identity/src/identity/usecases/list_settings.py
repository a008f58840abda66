"""Show all settings."""

from dataclasses import dataclass

from chassis.principal import Principal
from contracts.identity.configuration import SettingsView
from identity.domain.permissions import Permission
from identity.usecases.ports import Configuration
from identity.usecases.show_configuration import setting_view


@dataclass(frozen=True, slots=True)
class ListSettingsHandler:
    configuration: Configuration

    def __call__(self, principal: Principal) -> SettingsView:
        """Raises:
        NotPermitted.
        """
        Permission.CONFIGURE.require(principal.roles)
        return SettingsView(items=tuple(setting_view(setting) for setting in self.configuration.settings()))
