"""Tell a client what it needs to know before anything else."""

from dataclasses import dataclass

from chassis.principal import Principal
from contracts.identity.configuration import ClientConfigurationView
from identity.domain.configuration import DEFINITIONS
from identity.usecases.ports import Configuration


@dataclass(frozen=True, slots=True)
class GetClientConfigurationHandler:
    configuration: Configuration

    def __call__(self, principal: Principal | None) -> ClientConfigurationView:
        user_id = principal.user_id if principal else None
        roles = principal.roles if principal else frozenset()
        return ClientConfigurationView(
            settings={one.name: one.value for one in self.configuration.settings() if DEFINITIONS[one.name].public},
            flags={flag.name: flag.on_for(user_id, roles) for flag in self.configuration.flags()},
        )
