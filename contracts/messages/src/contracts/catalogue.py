"""Every message there is, found by walking the packages: what the schemas, the gateway's OpenAPI and the tests go through."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from functools import cache
from typing import Any

from contracts.base import Event, Message, Request

SERVICES = ("identity", "challenges", "payments", "messaging", "matching", "notifications")
_PACKAGES = (*SERVICES, "admin", "privacy")  # what all services answer or tell has a package of its own


def _declared(module_name: str, kind: type[Message]) -> Iterator[type[Any]]:
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as missing:
        if missing.name != module_name:
            raise
        return
    for name, member in inspect.getmembers(module, inspect.isclass):
        # Pydantic leaves the parametrised bases (`Command[MeView]`) in the module too: no identifiers, no messages.
        own = member.__module__ == module_name and name.isidentifier() and not name.startswith("_")
        if own and issubclass(member, kind):
            yield member


def _modules(package: str) -> list[str]:
    """Every module of a service's messages: commands and queries, and those named after one subject of a large service."""
    path = importlib.import_module(f"contracts.{package}").__path__
    return [f"contracts.{package}.{module.name}" for module in pkgutil.iter_modules(path)]


def requests() -> list[type[Request[Any]]]:
    """All commands and queries, by service and name."""
    found = [request for package in _PACKAGES for module in _modules(package) for request in _declared(module, Request)]
    return sorted(found, key=lambda request: (request.service, request.method()))


def events() -> list[type[Event]]:
    """All events, by type."""
    return sorted((event for package in _PACKAGES for event in _events_of(package).values()), key=lambda event: event.type())


def event_named(event_type: str) -> type[Event] | None:
    """The event of this type, if there is one; of the packages only that of its source is read."""
    source = event_type.partition(".")[0]
    return _events_of(source).get(event_type) if source in _PACKAGES else None


@cache
def _events_of(package: str) -> dict[str, type[Event]]:
    return {event.type(): event for event in _declared(f"contracts.{package}.events", Event)}
