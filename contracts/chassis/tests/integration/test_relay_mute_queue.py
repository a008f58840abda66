"""A queue that confirms nothing, as one without a leader: its events wait, those of the other queues and databases go on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import aio_pika
import pytest
from relay_traffic import Received, emit
from test_topology import accepted

from chassis import outbox
from chassis.ids import new_id
from chassis.mongo import Store
from contracts.base import Event
from contracts.challenges.events import ApplicationAccepted
from contracts.identity.events import EmailVerificationRequested, EmailVerified
from local_platform.observing import eventually, metric
from local_platform.processes import LocalProcess
from local_platform.pytest_plugin import RunRelay
from local_platform.rabbitmq import RabbitMQ

MANY = 600  # more than the relay's window, and than RabbitMQ reads from a connection for a queue that does not answer


@asynccontextmanager
async def consumed(broker: RabbitMQ, received: dict[str, Received]) -> AsyncIterator[None]:
    """A quorum queue for each of these types, consumed."""

    async def take(into: Received, message: aio_pika.abc.AbstractIncomingMessage) -> None:
        into.take(message)

    async with await aio_pika.connect(broker.url) as connection:
        channel = await connection.channel()
        for event_type, into in received.items():
            source = event_type.partition(".")[0]
            exchange = await channel.declare_exchange(f"{source}.events", aio_pika.ExchangeType.TOPIC, durable=True)
            queue = await channel.declare_queue(event_type, durable=True, arguments={"x-queue-type": "quorum"})
            await queue.bind(exchange, event_type)
            await queue.consume(partial(take, into), no_ack=True)
        yield


def verified(user: str) -> Event:
    return EmailVerified(user_id=user, email="ada@example.org")


def requested(user: str, store: Store) -> Event:
    return EmailVerificationRequested(
        user_id=user, email="ada@example.org", display_name="Ada", locale="en", token="secret", expires_at=store.clock.now()
    )


@pytest.mark.parametrize("at_first", [1, MANY])
async def test_a_queue_that_does_not_confirm_holds_up_its_own_events_alone(
    relay: RunRelay, store: Store, databases: Any, own_broker: RabbitMQ, at_first: int
) -> None:
    other = Store(store.client, store.client[databases.fresh()], store.clock, store.new_id)
    outbox.create(other.database)
    mute_users, users = [new_id("user") for _ in range(MANY)], [new_id("user") for _ in range(20)]
    engagements = [accepted() for _ in range(20)]
    held_up, sound, elsewhere = (Received(set(these)) for these in (mute_users, users, [event.subject for event in engagements]))
    queues = {EmailVerified.type(): held_up, EmailVerificationRequested.type(): sound, ApplicationAccepted.type(): elsewhere}
    async with consumed(own_broker, queues):
        running: LocalProcess = await asyncio.to_thread(
            relay, {"identity": store.database.name, "challenges": other.database.name}, RELAY_AMQP_URL=own_broker.url
        )
        refused = 'relay_refused_total{database="identity"}'
        leader = f"whereis('%2F_{EmailVerified.type()}')"
        await asyncio.to_thread(own_broker.control, "eval", f"sys:suspend({leader}).")

        def interruptions() -> list[str]:
            return [line for line in running.log.read_text().splitlines() if "relay_interrupted" in line]

        async def sound_ones_go_on() -> None:
            before = len(set(sound.ids))
            emit(store, *[requested(user, store) for user in users])
            emit(other, *engagements)
            await eventually(lambda: len(set(sound.ids)) == len(set(elsewhere.ids)) == before + len(users), 40)

        async def refusals(count: int) -> bool:
            return await metric(f"http://127.0.0.1:{running.env['RELAY_HEALTH_PORT']}", refused) >= count

        emit(store, *[verified(user) for user in mute_users[:at_first]])
        await eventually(interruptions)
        await sound_ones_go_on()
        if at_first == 1:
            assert '"database":"identity"' in "".join(interruptions()), "another database has to do with it"
            emit(store, *[verified(user) for user in mute_users[1:]])
        await eventually(partial(refusals, 3 * MANY), 40)
        so_far = interruptions()
        await sound_ones_go_on()
        await eventually(partial(refusals, 9 * MANY), 60)  # after some 15 seconds
        await sound_ones_go_on()
        assert interruptions() == so_far
        assert len(so_far) == 1 or at_first == MANY
        assert held_up.ids == []
        await asyncio.to_thread(own_broker.control, "eval", f"sys:resume({leader}).")
        await eventually(lambda: store.database["outbox"].count_documents(outbox.WAITING) == 0, 60)
        await eventually(lambda: held_up.out_of_order(1) == {}, 40)
        assert sound.out_of_order(3) == elsewhere.out_of_order(3) == {}
