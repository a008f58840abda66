"""Who consumes what: the queues of all event handlers, as `topology.json` beside this module tells, which is generated from the services.

`python -m chassis.topology write` brings it up to date. A handler that is gone stays there as retired, so that its queue is not
forgotten on the brokers that have it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

FILE = Path(__file__).with_suffix(".json")

ByService = Mapping[str, Mapping[str, str]]  # service → queue → event type

_told: dict[str, ByService] = json.loads(FILE.read_text())
CONSUMERS: ByService = _told["consumers"]
RETIRED: ByService = _told["retired"]


def consumers_of(services: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """For each event type that these services consume the queues it goes to."""
    found: dict[str, tuple[str, ...]] = {}
    for service in services:
        for queue, event_type in CONSUMERS.get(service, {}).items():
            found[event_type] = (*found.get(event_type, ()), queue)
    return found
