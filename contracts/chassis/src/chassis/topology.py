"""`python -m chassis.topology [<service> …]` declares the queues of all event handlers, or of these services', before anything runs.

`renew [<service> …]` does so too, and replaces empty queues that stand with other arguments: while relay and services are stopped.
`check` and `write` compare `contracts/topology.json` with the services' code and bring it up to date.
"""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterable, Iterator
from typing import Any

import structlog
from amqp.exceptions import AMQPError, InternalError, NotFound, PreconditionFailed
from kombu import Connection
from kombu.exceptions import OperationalError
from pydantic import ValidationError

from chassis.exchanges import events_of
from chassis.queues import HandlerQueue, ensure_exchange, waiting_queues
from chassis.settings import BrokerSettings, complaint
from contracts import catalogue, topology
from contracts.admin.queries import DEAD_LETTERS

log = structlog.get_logger(__name__)

_CONNECT_S = 5
_ATTEMPTS_AT_LEADERS = 5
_ATTEMPTS = 20  # with pauses of at most 2 s: a broker that is just starting is waited for


class NotDeclared(Exception):
    """The topology could not be declared: the text says in one line what is wrong."""


def queues_of(service: str) -> list[HandlerQueue]:
    """The queues of a service's handlers, and of those it once had."""
    current = [HandlerQueue(queue, event_type) for queue, event_type in topology.CONSUMERS.get(service, {}).items()]
    return current + retired_queues(service)


def retired_queues(service: str) -> list[HandlerQueue]:
    """The queues of the handlers that a service once had."""
    return [HandlerQueue(queue, event_type, retired=True) for queue, event_type in topology.RETIRED.get(service, {}).items()]


def handled(services: Iterable[type]) -> Iterator[HandlerQueue]:
    """The queues that the handlers of these nameko services take events from, as the code says."""
    from nameko.extensions import ENTRYPOINT_EXTENSIONS_ATTR as ENTRYPOINTS

    from chassis.events import EventEntrypoint  # brings nameko, which who only declares has no use for

    for service in services:
        for name in dir(service):
            for entrypoint in getattr(getattr(service, name), ENTRYPOINTS, ()):
                if isinstance(entrypoint, EventEntrypoint):
                    yield HandlerQueue(f"{service.name}.{name}", entrypoint.event_type)  # type: ignore[attr-defined]


def declare(service: str, settings: BrokerSettings, *, renew: bool = False) -> int:
    """Declare a service's queues and its exchange; gives their number. Declaring again changes nothing.

    `renew`: empty queues that stand with other arguments are replaced. Nothing may publish to them meanwhile.

    Raises:
        NotDeclared: the broker is away, or has a queue of the name with other arguments.
    """
    queues = queues_of(service)
    for attempt in range(1, _ATTEMPTS_AT_LEADERS + 1):
        try:
            _declare_all(service, queues, settings, renew)
        except InternalError as error:
            # A quorum queue did not find its leader in time, as happens on a busy broker; it has closed the connection.
            if attempt == _ATTEMPTS_AT_LEADERS:
                raise NotDeclared(f"{service}: {error}") from error
        except (OSError, AMQPError, OperationalError) as error:
            raise NotDeclared(f"{service}: {error}") from error
        else:
            break
    return len(queues)


def _declare_all(service: str, queues: list[HandlerQueue], settings: BrokerSettings, renew: bool) -> None:
    with Connection(settings.amqp_url, connect_timeout=_CONNECT_S) as connection:
        connection.ensure_connection(max_retries=_ATTEMPTS, interval_start=0.2, interval_step=0.3, interval_max=2)
        try:
            _declare(connection, service, queues, settings)
        except PreconditionFailed:
            if not renew:
                raise
            _remove_outdated(connection, queues, settings)
            _declare(connection, service, queues, settings)


def _declare(connection: Connection, service: str, queues: Iterable[HandlerQueue], settings: BrokerSettings) -> None:
    with connection.channel() as channel:
        shared: set[str] = set()
        ensure_exchange(channel, events_of(service), shared)
        for queue in queues:
            queue.declare(channel, settings, shared)


def _remove_outdated(connection: Connection, handlers: Iterable[HandlerQueue], settings: BrokerSettings) -> None:
    """Delete the empty ones of those queues that the broker has with other arguments.

    Raises:
        NotDeclared: one is not empty.
    """
    wanted = [queue for one in handlers for queue in (*waiting_queues(one.service, settings), one.queue(settings), one.dead_letters())]
    for queue in {queue.name: queue for queue in wanted}.values():
        try:
            with connection.channel() as channel:
                held = queue(channel).queue_declare(passive=True).message_count
            with connection.channel() as channel:
                queue(channel).queue_declare()
        except NotFound:
            continue
        except PreconditionFailed as other:
            if held:
                raise NotDeclared(f"{queue.name} stands with other arguments and holds {held} messages: let them be handled") from other
            with connection.channel() as channel:
                channel.queue_delete(queue.name)
            log.info("queue_replaced", queue=queue.name)


def coded() -> dict[str, list[type]]:
    """By service, the nameko services that its process runs, as the code says; but for the one of its dead letters."""
    from chassis import sessions  # brings nameko

    return {
        service: [*importlib.import_module(f"{service}.service").SERVICES, sessions.listener(service)] for service in catalogue.SERVICES
    }


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
    code = coded()
    consumers = {service: {queue.name: queue.event_type for queue in handled(classes)} for service, classes in code.items()}
    document = {
        **brought_up_to_date(consumers, topology.CONSUMERS, topology.RETIRED),
        "names": {
            service: sorted([*(one.name for one in classes), f"{service}.{DEAD_LETTERS}"])  # type: ignore[attr-defined]
            for service, classes in code.items()
        },
        "heard": sorted({event.type() for event in importlib.import_module("gateway.app").HEARD}),
        "personal": sorted(event.type() for event in catalogue.events() if event.personal),
    }
    return json.dumps(document, indent=1, sort_keys=True) + "\n"


def _check() -> int:
    if topology.FILE.read_text() == _generated():
        return 0
    return _refuse("topology.json is not what the services' code says: run make contracts-write")


def _write() -> int:
    topology.FILE.write_text(_generated())
    return 0


def _declare_each(services: Iterable[str], *, renew: bool) -> int:
    for service in services:
        try:
            settings = BrokerSettings(_env_prefix=f"{service.upper()}_")
        except ValidationError as error:
            return _refuse(complaint(error, BrokerSettings, prefix=f"{service.upper()}_"))
        try:
            count = declare(service, settings, renew=renew)
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
    renew = arguments[:1] == ["renew"]
    services = arguments[renew:]
    unknown = sorted(set(services) - set(catalogue.SERVICES))
    if unknown:
        return _refuse(f"usage: python -m chassis.topology [check | write | [renew] <service> …]; no such service: {', '.join(unknown)}")
    return _declare_each(services or catalogue.SERVICES, renew=renew)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
