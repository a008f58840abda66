"""System settings and feature flags as identity told of them: a copy in the service's own database, so that reading asks nobody."""

from __future__ import annotations

import time
from collections.abc import Callable, Set
from typing import Any, TypeVar

from pymongo.database import Database

from chassis.entrypoints import UseCasesProvider, on_event
from chassis.newest import keep_newest
from chassis.principal import Principal
from chassis.wiring import Resources
from contracts.identity.events import FlagSet, SettingChanged
from contracts.identity.flags import Feature, FlagRule
from contracts.identity.roles import Role

V = TypeVar("V", bool, str)

COLLECTION = "platform_configuration"
_KEPT_S = 2.0  # how long what was read is taken for the present


class PlatformConfiguration:
    """What was never heard of has the default of whoever reads it: a service that is new knows no setting yet."""

    def __init__(self, database: Database[dict[str, Any]], monotonic: Callable[[], float] = time.monotonic) -> None:
        self._rows = database[COLLECTION]
        self._monotonic = monotonic
        self._read: tuple[float, dict[str, dict[str, Any]]] | None = None

    def setting(self, name: str, *, default: V) -> V:
        """The value of a setting; the default while none is known, or none of the default's type."""
        value = self._known().get(f"setting {name}", {}).get("value")
        return value if type(value) is type(default) else default

    def flag(self, name: str, user_id: str | None, roles: Set[Role]) -> bool:
        """Whether a flag is on for somebody; while nothing is known of it, features of the platform are on and all else is off."""
        return self._rule(name).on_for(user_id, roles)

    def _rule(self, name: str) -> FlagRule:
        row = self._known().get(f"flag {name}")
        if row is None:
            return FlagRule.unset(name)
        held = tuple(Role(role) for role in row["roles"] if role in set(Role))
        return FlagRule(name, row["enabled"], row["percentage"], held, tuple(row["user_ids"]))

    def note_setting(self, event: SettingChanged) -> None:
        self._note(f"setting {event.name}", event.revision, {"value": event.value})

    def note_flag(self, event: FlagSet) -> None:
        self._note(
            f"flag {event.name}", event.revision, event.model_dump(mode="json", include={"enabled", "percentage", "roles", "user_ids"})
        )

    def _note(self, key: str, version: int, fields: dict[str, Any]) -> None:
        keep_newest(self._rows, key, "version", version, fields)
        self._read = None

    def _known(self) -> dict[str, dict[str, Any]]:
        at = self._monotonic()
        if self._read is None or at - self._read[0] >= _KEPT_S:
            self._read = (at, {row["_id"]: row for row in self._rows.find({})})
        return self._read[1]


def platform_configuration(resources: Resources[Any]) -> PlatformConfiguration:
    """For a service's wiring."""
    return PlatformConfiguration(resources.store.database)


def open_for(resources: Resources[Any], feature: Feature) -> Callable[[Principal], bool]:
    """For a service's wiring: whether somebody may use a feature that operators switch."""
    known = platform_configuration(resources)
    return lambda principal: known.flag(feature, principal.user_id, principal.roles)


def listener(service: str) -> type:
    """The nameko service that hears of changes: a service that reads settings or flags lists it among its own."""

    class Configuration:
        name = f"{service}.configuration"
        known: PlatformConfiguration = UseCasesProvider(platform_configuration)

        @on_event
        def on_setting_changed(self, event: SettingChanged) -> None:
            self.known.note_setting(event)

        @on_event
        def on_flag_set(self, event: FlagSet) -> None:
            self.known.note_flag(event)

    return Configuration
