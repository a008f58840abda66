"""The relay as a process: what is committed arrives, in order by subject, whatever dies on the way."""

from __future__ import annotations

import asyncio
import signal
import urllib.request
from collections.abc import Callable
from os import kill
from pathlib import Path
from typing import Any

import aio_pika
import orjson
import pytest
from relay_traffic import Received, emit, receiving

from chassis import outbox
from chassis.clock import FixedClock
from chassis.ids import new_id
from chassis.mongo import Store, connect
from contracts.challenges.events import ChallengeCompleted
from contracts.challenges.terms import Visibility
from contracts.identity.events import EmailVerificationRequested, EmailVerified
from local_platform.environment import relay_databases
from local_platform.processes import LocalProcess
from local_platform.pytest_plugin import RunRelay
from local_platform.rabbitmq import RabbitMQ
from local_platform.servers import Mongo

BACKLOG = 150  # events of each of 20 users: enough for seconds of work


async def until(condition: Callable[[], bool], what: str, within: float = 120) -> None:
    """Wait for a condition; fails with `what` after `within` seconds."""
    for _ in range(int(within / 0.02)):
        if condition():
            return
        await asyncio.sleep(0.02)
    pytest.fail(f"waited {within} s in vain: {what}")


def emit_to_each(store: Store, users: list[str], times: int) -> None:
    events = [EmailVerified(user_id=user, email="ada@example.org") for _ in range(times) for user in users]
    for start in range(0, len(events), 500):
        emit(store, *events[start : start + 500])


def pending(store: Store) -> int:
    return store.database["outbox"].count_documents(outbox.WAITING)


def measured(relay: LocalProcess, name: str) -> float:
    """A figure from the relay's metrics page; one with labels is not on it before it was counted."""
    with urllib.request.urlopen(f"http://127.0.0.1:{relay.env['RELAY_HEALTH_PORT']}/metrics", timeout=5) as page:
        lines = page.read().decode().splitlines()
    return next((float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(name + "{")), 0.0)


def holds_lease(relay: LocalProcess) -> bool:
    return measured(relay, "relay_lease_held") == 1


def interrupted(relay: LocalProcess) -> bool:
    """Whether it lost its lease or its broker, as on a machine that stood still: what was not confirmed by then comes again."""
    return "relay_interrupted" in relay.log.read_text()


def is_ready(relay: LocalProcess) -> bool:
    return relay.is_ready()


@pytest.fixture
def users() -> list[str]:
    return [new_id("user") for _ in range(20)]


@pytest.fixture
def run(relay: RunRelay, store: Store) -> Callable[..., LocalProcess]:
    return lambda **env: relay({"identity": store.database.name}, **env)


Run = Callable[..., LocalProcess]


async def test_events_arrive_once_in_order_and_are_marked(run: Run, store: Store, amqp_url: str, users: list[str]) -> None:
    async with receiving(amqp_url, users) as received:
        process = run()
        emit_to_each(store, users, 25)
        await until(lambda: len(set(received.ids)) == 500 and pending(store) == 0, "500 events")
        assert received.out_of_order(25) == {}
        assert len(received.ids) == 500 or interrupted(process)
    row = store.database["outbox"].find_one({"key": f"identity/{users[0]}/1"})
    assert row is not None
    assert "pending" not in row
    assert "body" in row
    assert row["sent_at"].tzinfo is not None


async def test_an_event_has_its_cloudevents_attributes(run: Run, store: Store, amqp_url: str) -> None:
    user = new_id("user")
    async with receiving(amqp_url, [user]) as received:
        run()
        emit(store, EmailVerified(user_id=user, email="ada@example.org"))
        await until(lambda: bool(received.messages), "the event")
    (message,) = received.messages
    row = store.database["outbox"].find_one({})
    assert row is not None
    assert message.routing_key == message.type == "identity.email_verified.v1"
    assert message.delivery_mode == aio_pika.DeliveryMode.PERSISTENT
    assert message.content_type == "application/json"
    assert orjson.loads(message.body) == {"user_id": user, "email": "ada@example.org"}
    assert message.headers == {
        "cloudEvents_specversion": "1.0",
        "cloudEvents_id": row["_id"],
        "cloudEvents_source": "identity",
        "cloudEvents_type": "identity.email_verified.v1",
        "cloudEvents_subject": user,
        "cloudEvents_time": "2036-03-01T12:00:00.000Z",
        "cloudEvents_dataschema": "urn:openchance:event:identity.email_verified.v1",
        "cloudEvents_sequence": "1",
    }


def completed(store: Store, challenge: str) -> ChallengeCompleted:
    return ChallengeCompleted(
        challenge_id=challenge,
        challenge_title="A bridge",
        challenger_id=new_id("user"),
        solver_id=new_id("user"),
        completed_at=store.clock.now(),
        visibility=Visibility.PUBLIC,
    )


async def test_a_public_event_also_goes_to_partners(relay: RunRelay, store: Store, amqp_url: str) -> None:
    challenge = new_id("challenge")
    async with (
        receiving(amqp_url, [challenge], "openchance.public") as public,
        receiving(amqp_url, [challenge], "challenges.events") as own,
    ):
        relay({"challenges": store.database.name})
        emit(store, completed(store, challenge))
        await until(lambda: len(public.ids) == len(own.ids) == 1 and pending(store) == 0, "the event on both exchanges")
    assert public.ids == own.ids


async def test_a_service_tells_nothing_that_is_anothers_to_tell(run: Run, store: Store, amqp_url: str) -> None:
    forged, user = new_id("challenge"), new_id("user")
    async with (
        receiving(amqp_url, [forged], "openchance.public") as public,
        receiving(amqp_url, [forged], "challenges.events") as theirs,
        receiving(amqp_url, [user]) as own,
    ):
        emit(store, completed(store, forged), EmailVerified(user_id=user, email="ada@example.org"))
        process = run()
        await until(lambda: measured(process, "relay_refused_total") >= 2, "the relay to have refused it, and refused it again")
        await until(lambda: len(own.ids) == 1, "the event of its own")
    assert (public.ids, theirs.ids, pending(store)) == ([], [], 1)
    assert "event_not_its_own" in process.log.read_text()


async def test_a_secret_is_forgotten_once_it_is_sent(run: Run, store: Store, amqp_url: str) -> None:
    user = new_id("user")
    event = EmailVerificationRequested(
        user_id=user, email="ada@example.org", display_name="Ada", locale="en", token="secret", expires_at=store.clock.now()
    )
    async with receiving(amqp_url, [user]) as received:
        emit(store, event, EmailVerified(user_id=user, email="ada@example.org"))
        run()
        await until(lambda: len(received.ids) == 2 and pending(store) == 0, "both events")
    assert [("body" in row) for row in store.database["outbox"].find({}, sort=[("sequence", 1)])] == [False, True]


async def test_an_event_that_nobody_has_bound_is_sent(relay: RunRelay, store: Store) -> None:
    nobody = new_id("nobody")  # whose exchange has no queue
    emit(store, EmailVerified(user_id=new_id("user"), email="ada@example.org"))
    store.database["outbox"].update_many({}, {"$set": {"source": nobody, "type": f"{nobody}.spoke.v1"}})
    process = relay({nobody: store.database.name})
    await until(lambda: pending(store) == 0, "the event to be marked sent")
    assert measured(process, "relay_unbound_total") == 1


async def test_killed_in_mid_batch_it_loses_nothing_and_keeps_the_order(run: Run, store: Store, amqp_url: str, users: list[str]) -> None:
    async with receiving(amqp_url, users) as received:
        emit_to_each(store, users, BACKLOG)
        process = run()
        await until(lambda: len(received.ids) > 300, "some events")
        process.kill()
        left = pending(store)
        process.start()
        await until(lambda: pending(store) == 0, "the rest")
        await until(lambda: len(set(received.ids)) == BACKLOG * len(users), "all events")
        assert left > 0
        assert received.out_of_order(BACKLOG) == {}


async def test_stopped_in_mid_batch_it_sends_nothing_twice(run: Run, store: Store, amqp_url: str, users: list[str]) -> None:
    async with receiving(amqp_url, users) as received:
        emit_to_each(store, users, BACKLOG)
        process = run()
        await until(lambda: len(received.ids) > 300, "some events")
        process.terminate()
        await until(lambda: not process.running, "a clean end")
        assert process.status == 0
        lease = store.database["leases"].find_one({"_id": "relay"})
        assert lease is not None
        assert lease["owner"] is None
        assert pending(store) > 0
        process.start()
        await until(lambda: pending(store) == 0, "the rest")
        await until(lambda: len(set(received.ids)) == BACKLOG * len(users), "all events")
        assert received.out_of_order(BACKLOG) == {}
        assert len(received.ids) == BACKLOG * len(users) or interrupted(process)


async def test_a_second_relay_takes_over_from_a_dead_one(run: Run, store: Store, amqp_url: str, users: list[str]) -> None:
    async with receiving(amqp_url, users) as received:
        first = run()
        await until(lambda: holds_lease(first), "the first relay to hold the lease")
        second = run()
        assert not holds_lease(second)
        first.kill()
        emit_to_each(store, users, 2)
        await until(lambda: pending(store) == 0, "the second relay to take over", within=12)
        assert holds_lease(second)
        await until(lambda: len(set(received.ids)) == 2 * len(users), "all events")
        assert received.out_of_order(2) == {}


async def test_a_relay_that_slept_through_its_lease_does_no_harm(run: Run, store: Store, amqp_url: str, users: list[str]) -> None:
    async with receiving(amqp_url, users) as received:
        sleeper = run()
        await until(lambda: holds_lease(sleeper), "the first relay to hold the lease")
        second = run()
        emit_to_each(store, users, BACKLOG)
        await until(lambda: len(received.ids) > 50, "some events")
        assert sleeper.pid is not None
        kill(sleeper.pid, signal.SIGSTOP)
        await until(lambda: holds_lease(second) and pending(store) == 0, "the second relay to take over and finish", within=20)
        kill(sleeper.pid, signal.SIGCONT)
        await until(lambda: is_ready(sleeper) and not holds_lease(sleeper), "the sleeper to stand by")
        emit_to_each(store, users, 5)
        await until(lambda: pending(store) == 0, "the last events")
        assert holds_lease(second)
        await until(lambda: len(set(received.ids)) == (BACKLOG + 5) * len(users), "all events")
        assert received.out_of_order(BACKLOG + 5) == {}


async def test_one_relay_serves_several_databases(relay: RunRelay, store: Store, databases: Any, amqp_url: str, users: list[str]) -> None:
    other = Store(store.client, store.client[databases.fresh()], store.clock, store.new_id)
    challenges = [new_id("challenge") for _ in range(10)]
    async with receiving(amqp_url, users) as ours, receiving(amqp_url, challenges, "challenges.events") as theirs:
        process = relay({"identity": store.database.name, "challenges": other.database.name})
        emit_to_each(store, users, 3)
        emit(other, *[completed(other, challenge) for _ in range(3) for challenge in challenges])
        await until(lambda: pending(store) == pending(other) == 0, "both outboxes to be empty")
        await until(lambda: len(set(ours.ids)) == 60 and len(set(theirs.ids)) == 30, "all events")
        assert ours.out_of_order(3) == theirs.out_of_order(3) == {}
        assert (len(ours.ids), len(theirs.ids)) == (60, 30) or interrupted(process)


async def test_it_survives_a_broker_that_is_killed(run: Run, store: Store, users: list[str], tmp_path: Path) -> None:
    broker = RabbitMQ(tmp_path / "rabbitmq")
    broker.start()
    try:
        await _keep_on_disk(broker, "kept")
        emit_to_each(store, users, BACKLOG)
        process = run(RELAY_AMQP_URL=broker.url)
        await until(lambda: pending(store) < BACKLOG * len(users) - 100, "some events")
        broker.kill()
        emit_to_each(store, users, 5)
        await until(lambda: not is_ready(process), "the relay to be unready")
        broker.start()
        await until(lambda: is_ready(process) and pending(store) == 0, "the rest", within=60)
        received = await _kept(broker.url, "kept", users)
        assert received.out_of_order(BACKLOG + 5) == {}
    finally:
        broker.stop()


async def _keep_on_disk(broker: RabbitMQ, name: str) -> None:
    async with await aio_pika.connect(broker.url) as connection:
        channel = await connection.channel()
        exchange = await channel.declare_exchange("identity.events", aio_pika.ExchangeType.TOPIC, durable=True)
        queue = await channel.declare_queue(name, durable=True, arguments={"x-queue-type": "quorum"})
        await queue.bind(exchange, "#")
    await until(lambda: broker.has_on_disk(name), "the queue to outlive a kill")


async def _kept(url: str, name: str, subjects: list[str]) -> Received:
    received = Received(set(subjects))
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        queue = await channel.declare_queue(name, durable=True, arguments={"x-queue-type": "quorum"})
        while message := await queue.get(no_ack=True, fail=False):
            received.take(message)
    return received


async def test_it_survives_a_database_that_is_killed(
    run: Run, clock: FixedClock, amqp_url: str, users: list[str], tmp_path: Path, database_name: str
) -> None:
    mongo = Mongo(tmp_path / "mongo")
    mongo.start()
    try:
        with connect(mongo.url) as client:
            store = Store(client, client[database_name], clock, new_id)
            outbox.create(store.database)
            async with receiving(amqp_url, users) as received:
                emit_to_each(store, users, BACKLOG)
                process = run(RELAY_DATABASES=relay_databases(mongo.url, {"identity": database_name}))
                await until(lambda: len(received.ids) > 100, "some events")
                mongo.kill()
                await until(lambda: not is_ready(process), "the relay to be unready")
                mongo.start()
                emit_to_each(store, users, 5)
                await until(lambda: is_ready(process) and pending(store) == 0, "the rest", within=60)
                await until(lambda: len(set(received.ids)) == (BACKLOG + 5) * len(users), "all events")
                assert received.out_of_order(BACKLOG + 5) == {}
    finally:
        mongo.stop()
