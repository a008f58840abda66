"""System settings, each with a type and a default, and feature flags."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, replace

from contracts.identity.flags import FEATURES, FlagRule
from contracts.identity.roles import Role
from identity.domain.administration_errors import ConfigurationStale, SettingInvalid, SettingUnknown

Value = bool | str


@dataclass(frozen=True, slots=True)
class Definition:
    """A setting there is; a value is of the type of its default."""

    default: Value
    description: str
    public: bool


DEFINITIONS: Mapping[str, Definition] = {
    "registration.open": Definition(True, "Whether new accounts can be opened.", public=True),
    "support.email": Definition("", "Where people write to who need help.", public=True),
    "announcement": Definition("", "What everybody should read right now; shown above every page.", public=True),
    "maintenance.read_only": Definition(False, "Whether clients can only read: logins and the staff's changes apart.", public=True),
    "challenges.publishing_open": Definition(True, "Whether challenges can be published.", public=True),
    "operations.note": Definition("", "What the staff should know right now.", public=False),
}


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting's value; version 0 is the default, never kept."""

    name: str
    value: Value
    version: int = 0

    @classmethod
    def initial(cls, name: str) -> Setting:
        """Raises:
        SettingUnknown.
        """
        if name not in DEFINITIONS:
            raise SettingUnknown
        return cls(name, DEFINITIONS[name].default)

    def changed(self, value: Value, expected_version: int | None) -> Setting:
        """Raises:
        ConfigurationStale: it is no longer at the version that the caller saw.
        SettingInvalid: the value is of another type.
        """
        if expected_version not in (None, self.version):
            raise ConfigurationStale
        kind = type(DEFINITIONS[self.name].default)
        if type(value) is not kind:
            raise SettingInvalid("true or false" if kind is bool else "text")
        return replace(self, value=value, version=self.version + 1)


@dataclass(frozen=True, slots=True)
class Flag:
    """On for the people named, for the roles named, and for `percentage` of all."""

    name: str
    version: int
    description: str
    enabled: bool
    percentage: int = 0
    roles: tuple[Role, ...] = ()
    user_ids: tuple[str, ...] = ()

    @classmethod
    def initial(cls, name: str) -> Flag | None:
        """What holds until somebody sets it, version 0, never kept; None for what is no feature of the platform."""
        rule = FlagRule.unset(name)
        return cls(name, 0, FEATURES[name], rule.enabled, rule.percentage) if name in FEATURES else None

    def on_for(self, user_id: str | None, roles: Set[Role]) -> bool:
        """Whether it is on for this person; None is somebody who is not logged in."""
        return FlagRule(self.name, self.enabled, self.percentage, self.roles, self.user_ids).on_for(user_id, roles)
