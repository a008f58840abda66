"""What the broker refuses to each of its users: whatever belongs to another. The matrix is made from the list of users."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from amqp.basic_message import Message
from amqp.exceptions import AccessRefused, NotFound
from kombu import Connection, Exchange, Producer, Queue

from chassis import topology
from chassis.access import __main__ as access
from chassis.access import broker
from chassis.access.broker import ADMINISTRATOR, SERVICES, USERS
from chassis.exchanges import PUBLIC, REQUESTS, events_of
from chassis.queues import HandlerQueue, dead_letters_of, delivery_of, shared_exchange
from chassis.replies import reply_key, reply_queue
from chassis.settings import BrokerSettings
from contracts import catalogue
from contracts.topology import CONSUMERS, NAMES
from local_platform.guarded_servers import GuardedRabbitMQ
from local_platform.logins import with_login
from local_platform.ports import free_port

PASSWORDS = {name: f"secret-of-{name}" for name in (*USERS, ADMINISTRATOR)}
Attempt = Callable[[Any], Any]


class WithManagement(GuardedRabbitMQ):
    """With the HTTP interface by which users are created where there is no command line."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, free_port(), PASSWORDS)
        self.management_port = free_port()

    def _write_configuration(self) -> None:
        super()._write_configuration()
        (self.folder / "enabled_plugins").write_text("[rabbitmq_management].\n")
        with (self.folder / "rabbitmq.conf").open("a") as configuration:
            configuration.write(f"management.tcp.port = {self.management_port}\nmanagement.tcp.ip = 127.0.0.1\n")


@dataclass
class GuardedBroker:
    """A node where every service has declared what is its own, as its own user."""

    server: WithManagement

    def url(self, user: str, password: str | None = None) -> str:
        return with_login(f"amqp://127.0.0.1:{self.server.port}/", user, password or PASSWORDS[user])

    def connection(self, user: str) -> Connection:
        return Connection(self.url(user), connect_timeout=10, transport_options={"confirm_publish": True})


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GuardedBroker]:
    server = WithManagement(tmp_path_factory.mktemp("guarded"))
    server.start()
    here = GuardedBroker(server)
    try:
        for service in SERVICES:
            topology.declare(service, BrokerSettings(amqp_url=here.url(service)))
            with here.connection(service) as connection, connection.channel() as channel:
                for name in NAMES[service]:
                    Queue(f"rpc-{name}", shared_exchange(REQUESTS), f"{name}.*", durable=True)(channel).declare()
        yield here
    finally:
        server.stop()


def refused(connection: Connection, attempt: Attempt) -> bool:
    """Anything else that goes wrong is a fault of the test, and fails it."""
    channel = connection.channel()
    try:
        attempt(channel)
    except AccessRefused:
        return True
    channel.close()
    return False


def publish(exchange: str, routing_key: str) -> Attempt:
    return lambda channel: Producer(channel).publish(b"{}", exchange=exchange, routing_key=routing_key)


def place_of_its_own(connection: Connection, user: str) -> str | None:
    """A queue that the user has made, to bind to what it is after; the relay can make none."""
    name = reply_queue(reply_key(f"amqp://{user}@broker/"))
    if refused(connection, lambda channel: channel.queue_declare(name, durable=False, auto_delete=False, exclusive=True)):
        return None
    return name


def bind(queue: str, exchange: str, routing_key: str) -> Attempt:
    return lambda channel: channel.queue_bind(queue, exchange, routing_key)


def what_belongs_to(victim: str, user: str, own: str | None) -> dict[str, Attempt]:
    """Everything that nobody but the victim may do; `own` is a queue of the intruder's."""
    attempts: dict[str, Attempt] = {}
    handlers = [HandlerQueue(name, event_type) for name, event_type in CONSUMERS[victim].items()]
    for handler in handlers[:2]:
        for name in (handler.name, dead_letters_of(handler.name)):
            attempts |= {
                f"read {name}": lambda channel, name=name: channel.basic_get(name),
                f"consume {name}": lambda channel, name=name: channel.basic_consume(name),
                f"purge {name}": lambda channel, name=name: channel.queue_purge(name),
                f"delete {name}": lambda channel, name=name: channel.queue_delete(name),
                f"declare {name}": lambda channel, name=name: channel.queue_declare(name, durable=True, auto_delete=False),
                f"send to {name}": publish("", name),
                f"deliver to {name}": publish(delivery_of(handler.service), name),
                f"unbind {name}": lambda channel, name=name, h=handler: channel.queue_unbind(name, h.exchange, h.event_type),
            }
        attempts[f"delete the delivery of {handler.service}"] = lambda channel, h=handler: channel.exchange_delete(delivery_of(h.service))
    for name in NAMES[victim]:
        queue = f"rpc-{name}"
        attempts |= {
            f"take the requests of {name}": lambda channel, queue=queue: channel.basic_consume(queue),
            f"purge the requests of {name}": lambda channel, queue=queue: channel.queue_purge(queue),
            f"delete the requests of {name}": lambda channel, queue=queue: channel.queue_delete(queue),
            f"declare the requests of {name}": lambda channel, queue=queue: channel.queue_declare(queue, durable=True, auto_delete=False),
            f"overhear the requests of {name}": bind(own or queue, REQUESTS, f"{name}.*"),
        }
        if name not in broker.asked_by(user):
            attempts[f"ask {name}"] = publish(REQUESTS, f"{name}.some_request")
    attempts |= {
        f"overhear the answers to {victim}": bind(own or f"rpc-{victim}", REQUESTS, f"reply.{victim}.{uuid.uuid4()}"),
        f"overhear all events of {victim}": bind(own or f"rpc-{victim}", events_of(victim), "#"),
        f"overhear a secret of {victim}": bind(own or f"rpc-{victim}", events_of(victim), f"{victim}.nobody_hears_this.v1"),
    }
    if user != "relay":
        attempts |= {
            f"tell as {victim}": publish(events_of(victim), f"{victim}.something_happened.v1"),
            f"tell {victim}'s partners": publish(PUBLIC, f"{victim}.something_happened.v1"),
        }
    return attempts


@pytest.mark.parametrize("user", USERS)
def test_nobody_may_touch_what_belongs_to_another(guarded: GuardedBroker, user: str) -> None:
    with guarded.connection(user) as connection:
        own = place_of_its_own(connection, user)
        assert (own is None) == (user == "relay")
        allowed = [
            f"{victim}: {what}"
            for victim in SERVICES
            if victim != user
            for what, attempt in what_belongs_to(victim, user, own).items()
            if not refused(connection, attempt)
        ]
    assert allowed == []


@pytest.mark.parametrize("user", USERS)
def test_nobody_may_touch_what_all_share(guarded: GuardedBroker, user: str) -> None:
    with guarded.connection(user) as connection:
        own = place_of_its_own(connection, user) or f"rpc-{SERVICES[0]}"
        everything = {
            **{f"delete {name}": lambda channel, name=name: channel.exchange_delete(name) for name in broker.shared_exchanges()},
            **{f"overhear {name}": bind(own, name, "#") for name in broker.shared_exchanges()},
            "declare an exchange": lambda channel: Exchange("another", type="topic", durable=True)(channel).declare(),
            "declare a queue": lambda channel: channel.queue_declare("another", durable=True, auto_delete=False),
            "overhear the gateway's answers": bind(own, REQUESTS, f"reply.gateway.{uuid.uuid4()}" if user != "gateway" else "reply.#"),
            "tell as an administrator": publish(events_of("admin"), "identity.something_happened.v1"),
            "publish past the exchanges": publish("", own),
        }
        assert [what for what, attempt in everything.items() if not refused(connection, attempt)] == []


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_handles_its_own(guarded: GuardedBroker, service: str) -> None:
    queue = next(iter(CONSUMERS[service]))
    handler = HandlerQueue(queue, CONSUMERS[service][queue])
    with guarded.connection(service) as connection, connection.channel() as channel:
        for name in (queue, dead_letters_of(queue)):
            Producer(channel).publish(b"1", exchange=delivery_of(handler.service), routing_key=name, mandatory=True)
            taken = channel.basic_get(name, no_ack=True)
            assert isinstance(taken, Message)
            assert taken.body == b"1"
        Producer(channel).publish(b"{}", exchange=REQUESTS, routing_key=reply_key("amqp://gateway@broker/"))
        key = reply_key(guarded.url(service))
        channel.queue_declare(reply_queue(key), exclusive=True)
        channel.queue_bind(reply_queue(key), REQUESTS, key)


def test_the_relay_tells_every_sources_events_on_that_sources_exchange_alone(guarded: GuardedBroker) -> None:
    with guarded.connection("relay") as connection:
        for source in broker.sources():
            assert not refused(connection, publish(events_of(source), f"{source}.something_happened.v1"))
            assert not refused(connection, publish(PUBLIC, f"{source}.something_happened.v1"))
            other = "identity" if source != "identity" else "payments"
            assert refused(connection, publish(events_of(source), f"{other}.something_happened.v1"))


def test_the_gateway_asks_what_people_may_ask_and_hears_what_it_pushes(guarded: GuardedBroker) -> None:
    with guarded.connection("gateway") as connection:
        assert not refused(connection, publish(REQUESTS, "payments.get_balance"))
        assert not refused(connection, publish(REQUESTS, "identity.dead_letters.list_dead_letters"))
        assert refused(connection, publish(REQUESTS, "person_keys.get_person_key"))
        own = place_of_its_own(connection, "gateway")
        assert own is not None
        assert not refused(connection, bind(own, "messaging.events", "messaging.message_sent.v1"))
        assert refused(connection, bind(own, "identity.events", "identity.password_reset_requested.v1"))


@pytest.mark.parametrize(("user", "password"), [("payments", "secret-of-messaging"), ("guest", "guest"), ("nobody", "at all")])
def test_who_does_not_know_the_password_is_not_let_in(guarded: GuardedBroker, user: str, password: str) -> None:
    with pytest.raises(AccessRefused), Connection(guarded.url(user, password), connect_timeout=10) as connection:
        connection.connect()


def test_every_service_has_a_user() -> None:
    assert sorted(SERVICES) == sorted(catalogue.SERVICES)


def policies(server: WithManagement) -> dict[str, str]:
    """By queue; an empty one where there is none."""
    return {queue["name"]: queue["policy"] for queue in json.loads(server.control("list_queues", "--formatter", "json", "name", "policy"))}


@pytest.mark.parametrize("way", ["as it starts", "over HTTP", "by the command line"])
def test_dead_letters_stay_however_often_they_are_handed_out(guarded: GuardedBroker, way: str, tmp_path: Path) -> None:
    server = guarded.server
    if way != "as it starts":
        server.control("clear_policy", "dead-letters-stay")
        assert set(policies(server).values()) == {""}
    definitions = broker.definitions(PASSWORDS)
    if way == "over HTTP":
        access._import(f"http://{ADMINISTRATOR}:{PASSWORDS[ADMINISTRATOR]}@127.0.0.1:{server.management_port}", definitions)
    if way == "by the command line":
        (tmp_path / "definitions.json").write_text(json.dumps(definitions))
        server.control("import_definitions", str(tmp_path / "definitions.json"))
    dead = {dead_letters_of(queue) for queues in CONSUMERS.values() for queue in queues}
    told = policies(server)
    assert {name for name, policy in told.items() if policy == "dead-letters-stay"} == dead
    assert len(told) > len(dead)


def test_users_are_created_over_http_and_a_new_password_replaces_the_old_one(guarded: GuardedBroker) -> None:
    changed = {name: PASSWORDS[name] for name in USERS} | {"operator": "another"}
    api = f"http://{ADMINISTRATOR}:{PASSWORDS[ADMINISTRATOR]}@127.0.0.1:{guarded.server.management_port}"
    env = {**os.environ, "ACCESS_BROKER_API_URL": api, "ACCESS_PASSWORDS": json.dumps(changed)}
    done = subprocess.run([sys.executable, "-m", "chassis.access"], env=env, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    with Connection(guarded.url("operator", "another")) as connection:
        connection.connect()
    with pytest.raises(AccessRefused), Connection(guarded.url("operator")) as connection:
        connection.connect()
    with guarded.connection("messaging") as connection, pytest.raises(NotFound):
        connection.channel().queue_declare("messaging.nothing_was_added", passive=True)
