"""Show all feature flags."""

from dataclasses import dataclass

from chassis.principal import Principal
from contracts.identity.configuration import FlagsView
from identity.domain.permissions import Permission
from identity.usecases.ports import Configuration
from identity.usecases.show_configuration import flag_view


@dataclass(frozen=True, slots=True)
class ListFlagsHandler:
    configuration: Configuration

    def __call__(self, principal: Principal) -> FlagsView:
        """Raises:
        NotPermitted.
        """
        Permission.CONFIGURE.require(principal.roles)
        return FlagsView(items=tuple(flag_view(flag) for flag in self.configuration.flags()))
