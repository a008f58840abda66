"""`python -m chassis.topology [<service> …]` declares the queues of all event handlers, or of these services', before anything runs.

`check` and `write` compare `contracts/topology.json` with the services' code and bring it up to date.
"""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterable, Iterator
from typing import Any

import structlog
from amqp.exceptions import AMQPError
from kombu import Connection, Exchange
from kombu.exceptions import OperationalError
from pydantic import ValidationError

from chassis.queues import HandlerQueue
from chassis.settings import BrokerSettings, complaint
from contracts import catalogue, topology

log = structlog.get_logger(__name__)

_CONNECT_S = 5
_ATTEMPTS = 20  # with pauses of at most 2 s: a broker that is just starting is waited for


class NotDeclared(Exception):
    """The topology could not be declared: the text says in one line what is wrong."""


def queues_of(service: str) -> list[HandlerQueue]:
    """The queues of a service's handlers, and of those it once had."""
    return [
        *(HandlerQueue(queue, event_type) for queue, event_type in topology.CONSUMERS.get(service, {}).items()),
        *(HandlerQueue(queue, event_type, retired=True) for queue, event_type in topology.RETIRED.get(service, {}).items()),
    ]


def handled(services: Iterable[type]) -> Iterator[HandlerQueue]:
    """The queues that the handlers of these nameko services take events from, as the code says."""
    from nameko.extensions import ENTRYPOINT_EXTENSIONS_ATTR as ENTRYPOINTS

    from chassis.events import EventEntrypoint  # brings nameko, which who only declares has no use for

    for service in services:
        for name in dir(service):
            for entrypoint in getattr(getattr(service, name), ENTRYPOINTS, ()):
                if isinstance(entrypoint, EventEntrypoint):
                    yield HandlerQueue(f"{service.name}.{name}", entrypoint.event_type)  # type: ignore[attr-defined]


def declare(service: str, settings: BrokerSettings) -> int:
    """Declare a service's queues and its exchange; gives their number. Declaring again changes nothing.

    Raises:
        NotDeclared: the broker is away, or has a queue of the name with other arguments.
    """
    queues = queues_of(service)
    with Connection(settings.amqp_url, connect_timeout=_CONNECT_S) as connection:
        try:
            connection.ensure_connection(max_retries=_ATTEMPTS, interval_start=0.2, interval_step=0.3, interval_max=2)
            with connection.channel() as channel:
                Exchange(f"{service}.events", type="topic", durable=True)(channel).declare()
                shared: set[str] = set()
                for queue in queues:
                    queue.declare(channel, settings, shared)
        except (OSError, AMQPError, OperationalError) as error:
            raise NotDeclared(f"{service}: {error}") from error
    return len(queues)


def coded() -> dict[str, dict[str, str]]:
    """By service, queue and event type of every handler there is in the code."""
    from chassis import sessions  # brings nameko

    found = {}
    for service in catalogue.SERVICES:
        classes = [*importlib.import_module(f"{service}.service").SERVICES, sessions.listener(service)]
        found[service] = {queue.name: queue.event_type for queue in handled(classes)}
    return found


def brought_up_to_date(current: topology.ByService, consumers: topology.ByService, retired: topology.ByService) -> dict[str, Any]:
    """The topology with these handlers; whatever was known besides is retired."""
    gone: dict[str, dict[str, str]] = {}
    for service in {**consumers, **retired}:
        before = {**retired.get(service, {}), **consumers.get(service, {})}
        left = {queue: event_type for queue, event_type in before.items() if queue not in current.get(service, {})}
        if left:
            gone[service] = left
    return {"consumers": current, "retired": gone}


def _generated() -> str:
    document = brought_up_to_date(coded(), topology.CONSUMERS, topology.RETIRED)
    return json.dumps(document, indent=1, sort_keys=True) + "\n"


def _check() -> int:
    if topology.FILE.read_text() == _generated():
        return 0
    return _refuse("topology.json is not what the services' code says: run python -m chassis.topology write")


def _write() -> int:
    topology.FILE.write_text(_generated())
    return 0


def _declare_each(services: Iterable[str]) -> int:
    for service in services:
        try:
            settings = BrokerSettings(_env_prefix=f"{service.upper()}_")
        except ValidationError as error:
            return _refuse(complaint(error, BrokerSettings, prefix=f"{service.upper()}_"))
        try:
            count = declare(service, settings)
        except NotDeclared as error:
            return _refuse(f"the topology is not declared: {error}")
        log.info("topology_declared", service=service, queues=count)
    return 0


def _refuse(why: str) -> int:
    print(why, file=sys.stderr)  # noqa: T201 - for the person who runs it
    return 1


def main(arguments: list[str]) -> int:
    if arguments == ["check"]:
        return _check()
    if arguments == ["write"]:
        return _write()
    unknown = sorted(set(arguments) - set(catalogue.SERVICES))
    if unknown:
        return _refuse(f"usage: python -m chassis.topology [check | write | <service> …]; no such service: {', '.join(unknown)}")
    return _declare_each(arguments or catalogue.SERVICES)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
