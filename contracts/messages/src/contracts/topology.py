"""Who consumes and who answers what, as `topology.json` beside this module tells, which is generated from the services.

`make contracts-write` brings it up to date. A handler that is gone stays there as retired, so that its queue is not
forgotten on the brokers that have it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_suffix(".json")

ByService = Mapping[str, Mapping[str, str]]  # service → queue → event type

SHARED_SOURCES = ("admin", "privacy")  # of facts that every service tells

_told: dict[str, Any] = json.loads(FILE.read_text())
CONSUMERS: ByService = _told["consumers"]
RETIRED: ByService = _told["retired"]
NAMES: Mapping[str, Sequence[str]] = _told["names"]  # service → the nameko services it runs
HEARD: Sequence[str] = _told["heard"]  # the event types that the gateway hears
PERSONAL: Sequence[str] = _told["personal"]  # the event types that only who asks for the keys of people can read


def sources_of(service: str) -> tuple[str, ...]:
    """The sources whose facts a service tells: nobody else may."""
    return (service, *SHARED_SOURCES)


def consumers_of(services: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """For each event type that these services consume the queues it goes to."""
    found: dict[str, tuple[str, ...]] = {}
    for service in services:
        for queue, event_type in CONSUMERS.get(service, {}).items():
            found[event_type] = (*found.get(event_type, ()), queue)
    return found
