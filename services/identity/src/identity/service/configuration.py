"""What identity answers about settings and feature flags: one line an entrypoint, no rule lives here."""

from chassis.entrypoints import UseCasesProvider, rpc
from chassis.principal import Principal
from contracts.identity.configuration import (
    ChangeSetting,
    ClientConfigurationView,
    FlagsView,
    FlagView,
    GetClientConfiguration,
    ListFlags,
    ListSettings,
    SetFlag,
    SettingsView,
    SettingView,
)
from identity.wiring_administration import AdministrationUseCases, build_administration


class ConfigurationService:
    """System settings and feature flags."""

    name = "configuration"
    use_cases: AdministrationUseCases = UseCasesProvider(build_administration)

    @rpc
    def get_client_configuration(self, query: GetClientConfiguration, principal: Principal | None) -> ClientConfigurationView:  # noqa: ARG002 - the query has no fields
        return self.use_cases.get_client_configuration(principal)

    @rpc
    def list_settings(self, query: ListSettings, principal: Principal) -> SettingsView:  # noqa: ARG002 - the query has no fields
        return self.use_cases.list_settings(principal)

    @rpc
    def change_setting(self, command: ChangeSetting, principal: Principal) -> SettingView:
        return self.use_cases.change_setting(command, principal)

    @rpc
    def list_flags(self, query: ListFlags, principal: Principal) -> FlagsView:  # noqa: ARG002 - the query has no fields
        return self.use_cases.list_flags(principal)

    @rpc
    def set_flag(self, command: SetFlag, principal: Principal) -> FlagView:
        return self.use_cases.set_flag(command, principal)
