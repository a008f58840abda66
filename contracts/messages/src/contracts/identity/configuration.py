"""What may be asked about system settings and feature flags."""

from typing import Annotated, ClassVar

from pydantic import Field, StrictBool, StringConstraints

from contracts.base import Command, Query, ShortText, View
from contracts.identity.roles import Role
from contracts.ids import UserId

SettingName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{0,39}(\.[a-z][a-z_]{0,39}){0,3}$")]
FlagName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,59}$")]
SettingValue = StrictBool | Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]


class SettingView(View):
    """A setting of the platform; `public` ones are shown to everybody. Version 0: never changed, the default holds."""

    name: str
    value: bool | str
    default: bool | str
    description: str
    public: bool
    version: int


class SettingsView(View):
    items: tuple[SettingView, ...]


class FlagView(View):
    """A feature flag, on for the people named, for the roles named, and for `percentage` of all people (always the same ones)."""

    name: str
    description: str
    enabled: bool
    percentage: int
    roles: tuple[Role, ...]
    user_ids: tuple[UserId, ...]
    version: int


class FlagsView(View):
    items: tuple[FlagView, ...]


class ClientConfigurationView(View):
    """What a client needs to know before anything else: public settings, and which flags are on for the caller."""

    settings: dict[str, bool | str]
    flags: dict[str, bool]


class GetClientConfiguration(Query[ClientConfigurationView]):
    """Public settings and the caller's feature flags."""

    service: ClassVar[str] = "configuration"


class ListSettings(Query[SettingsView]):
    """All settings; for admins."""

    service: ClassVar[str] = "configuration"


class ChangeSetting(Command[SettingView]):
    """Give a setting another value; for admins."""

    service: ClassVar[str] = "configuration"
    name: SettingName
    value: SettingValue
    reason: ShortText
    expected_version: Annotated[int, Field(ge=0)] | None = None


class ListFlags(Query[FlagsView]):
    """All feature flags; for admins."""

    service: ClassVar[str] = "configuration"


class SetFlag(Command[FlagView]):
    """Make a feature flag, or set it anew as a whole; for admins."""

    service: ClassVar[str] = "configuration"
    name: FlagName
    description: ShortText
    enabled: bool
    percentage: Annotated[int, Field(ge=0, le=100)] = 0
    roles: Annotated[tuple[Role, ...], Field(max_length=7)] = ()
    user_ids: Annotated[tuple[UserId, ...], Field(max_length=500)] = ()
    reason: ShortText
    expected_version: Annotated[int, Field(ge=1)] | None = None
