"""How settings and flags become views."""

from contracts.identity.configuration import FlagView, SettingView
from identity.domain.configuration import DEFINITIONS, Flag, Setting


def setting_view(setting: Setting) -> SettingView:
    definition = DEFINITIONS[setting.name]
    return SettingView(
        name=setting.name,
        value=setting.value,
        default=definition.default,
        description=definition.description,
        public=definition.public,
        version=setting.version,
    )


def flag_view(flag: Flag) -> FlagView:
    return FlagView(
        name=flag.name,
        description=flag.description,
        enabled=flag.enabled,
        percentage=flag.percentage,
        roles=flag.roles,
        user_ids=flag.user_ids,
        version=flag.version,
    )
