"""The broker's users and their permissions, derived from the topology, and RabbitMQ's definitions of them.

RabbitMQ checks a name (of a queue or an exchange) against the user's patterns of `configure` (declare, delete), `write` (publish; bind
to, for a queue) and `read` (consume, purge; bind from, for an exchange); on a topic exchange the routing key besides. Where a user has
no topic permission for an exchange any key passes: so each has one for every exchange of `shared_exchanges` (decision 0066).
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from chassis.exchanges import PUBLIC, REQUESTS, events_of
from chassis.replies import UUID
from contracts import topology
from contracts.admin.queries import DEAD_LETTERS
from contracts.privacy.queries import PRIVACY, GetPersonKey

NOTHING = "^$"
PERSON_KEYS = GetPersonKey.service
ADMINISTRATOR = "administrator"  # of the local platform's own broker; elsewhere whoever runs the broker has one
SERVICES = tuple(topology.NAMES)
USERS = (*SERVICES, "gateway", "relay", "operator")
# From RabbitMQ 4.0 on a quorum queue drops what was handed out 20 times, and dead letters have no further queue to go to. A policy sets no
# limit before 4.0, but any number; arguments of queues that stand cannot change.
_DEAD_LETTERS_STAY = {"pattern": r"\.dead$", "apply-to": "queues", "priority": 0, "definition": {"delivery-limit": 1_000_000_000}}


@dataclass(frozen=True, slots=True)
class Topics:
    """The routing keys that a user may publish with (`write`) and bind by (`read`)."""

    write: str = NOTHING
    read: str = NOTHING


@dataclass(frozen=True, slots=True)
class BrokerUser:
    """Patterns of names, as RabbitMQ matches them; `topics` by exchange."""

    name: str
    configure: str
    write: str
    read: str
    topics: Mapping[str, Topics]


def sources() -> tuple[str, ...]:
    """Whatever tells events."""
    return (*SERVICES, *topology.SHARED_SOURCES)


def shared_exchanges() -> tuple[str, ...]:
    """The topic exchanges that come with the users: nobody of them may declare or delete one."""
    return (REQUESTS, PUBLIC, *map(events_of, sources()))


def user(name: str) -> BrokerUser:
    """What one of `USERS` may do."""
    if name == "relay":
        return _relay()
    own, heard = _own(name), _heard(name)
    asks = [rf"{_any(asked)}\.\w+"] if (asked := sorted(asked_by(name))) else []
    answers = [rf"(reply\.[\w-]+\.)?{UUID}"] if name in SERVICES else []
    taken = [rf"{_any(topology.NAMES[name])}\.\*"] if name in SERVICES else []
    topics = {exchange: Topics() for exchange in shared_exchanges()}
    topics[REQUESTS] = Topics(write=_whole(*asks, *answers), read=_whole(*taken, rf"reply\.{name}\.{UUID}"))
    for exchange, event_types in heard.items():
        topics[exchange] = Topics(read=_whole(_any(event_types)))
    return BrokerUser(
        name,
        configure=_whole(*own),
        write=_whole(*own, re.escape(REQUESTS)),
        read=_whole(*own, re.escape(REQUESTS), *map(re.escape, heard)),
        topics=topics,
    )


def definitions(passwords: Mapping[str, str], vhost: str = "/") -> dict[str, Any]:
    """RabbitMQ's definitions (JSON) of the users, of what they may do, of the exchanges that they share, and of how dead letters are kept.

    With a password for it there is an administrator too. Importing them again changes passwords and permissions, and removes nothing.

    Raises:
        KeyError: a user has no password.
    """
    users = [user(name) for name in USERS]
    everything = [_permissions(ADMINISTRATOR, vhost, ".*", ".*", ".*")] if ADMINISTRATOR in passwords else []
    return {
        "users": [
            *(_account(each.name, passwords[each.name]) for each in users),
            *([_account(ADMINISTRATOR, passwords[ADMINISTRATOR], tags=[ADMINISTRATOR])] if everything else []),
            # Whom everybody knows: without a password nobody can be it.
            {"name": "guest", "password_hash": "", "hashing_algorithm": "rabbit_password_hashing_sha256", "tags": []},
        ],
        "vhosts": [{"name": vhost}],
        "permissions": [*(_permissions(each.name, vhost, each.configure, each.write, each.read) for each in users), *everything],
        "topic_permissions": [
            {"user": each.name, "vhost": vhost, "exchange": exchange, "write": topics.write, "read": topics.read}
            for each in users
            for exchange, topics in each.topics.items()
        ],
        "exchanges": [
            {"name": name, "vhost": vhost, "type": "topic", "durable": True, "auto_delete": False, "internal": False, "arguments": {}}
            for name in shared_exchanges()
        ],
        "policies": [{"vhost": vhost, "name": "dead-letters-stay", **_DEAD_LETTERS_STAY}],
    }


def _relay() -> BrokerUser:
    """Tells what the services have written down, each event on its source's exchange; hears and declares nothing."""
    topics = {exchange: Topics() for exchange in shared_exchanges()}
    topics |= {events_of(source): Topics(write=_whole(rf"{source}\..+")) for source in sources()}
    topics[PUBLIC] = Topics(write=_whole(rf"{_any(sources())}\..+"))
    told = [name for name, topic in topics.items() if topic.write != NOTHING]
    return BrokerUser("relay", configure=NOTHING, write=_whole(*map(re.escape, told)), read=NOTHING, topics=topics)


def _own(name: str) -> list[str]:
    """The queues and exchanges that are a user's own."""
    replies = rf"rpc\.reply\.{name}\..+"
    if name == "gateway":
        return [replies, r"gateway\.feed\..+"]
    if name not in SERVICES:
        return [replies]
    names = _any(topology.NAMES[name])
    retired = [rf"{re.escape(queue)}(\.dead)?" for queue in topology.RETIRED.get(name, ())]
    return [rf"{names}\.(on_\w+(\.dead)?|retry\.\d+|queues)", *retired, rf"rpc-{names}", replies]


def _heard(name: str) -> dict[str, list[str]]:
    """By exchange, the event types that a user hears, or once heard and is to be unbound from."""
    if name == "gateway":
        types: Iterable[str] = topology.HEARD
    else:
        types = {*topology.CONSUMERS.get(name, {}).values(), *topology.RETIRED.get(name, {}).values()}
    found: dict[str, list[str]] = {}
    for event_type in sorted(types):
        found.setdefault(events_of(event_type.partition(".")[0]), []).append(event_type)
    return found


def asked_by(name: str) -> set[str]:
    """The nameko services that a user asks."""
    every = {each for names in topology.NAMES.values() for each in names}
    of_every_service = {kind: {f"{service}.{kind}" for service in SERVICES} for kind in (DEAD_LETTERS, PRIVACY)}
    match name:
        case "gateway":
            return every - of_every_service[PRIVACY] - {PERSON_KEYS}
        case "operator":
            return of_every_service[DEAD_LETTERS]
    reads_personal_data = set(topology.CONSUMERS.get(name, {}).values()) & set(topology.PERSONAL)
    return ({PERSON_KEYS} if reads_personal_data else set()) | (of_every_service[PRIVACY] if name == "identity" else set())


def _any(names: Iterable[str]) -> str:
    return f"({'|'.join(map(re.escape, names))})"


def _whole(*patterns: str) -> str:
    return f"^({'|'.join(patterns)})$" if patterns else NOTHING


def _permissions(name: str, vhost: str, configure: str, write: str, read: str) -> dict[str, str]:
    return {"user": name, "vhost": vhost, "configure": configure, "write": write, "read": read}


def _account(name: str, password: str, tags: Iterable[str] = ()) -> dict[str, Any]:
    """With the password as RabbitMQ keeps it: a salt of four bytes and the SHA-256 of salt and password.

    That is a fast digest: passwords must be long and random.
    """
    salt = os.urandom(4)
    digest = base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()
    return {"name": name, "password_hash": digest, "hashing_algorithm": "rabbit_password_hashing_sha256", "tags": list(tags)}
