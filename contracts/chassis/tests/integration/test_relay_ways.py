"""The relay's connections are cut, reset, stalled or swallowed: it shows, nothing is lost, and the order holds."""

from __future__ import annotations

import asyncio
from functools import partial

from breaking import Break, every_fault
from relay_traffic import emit, receiving

from chassis.ids import new_id
from chassis.mongo import Store
from chassis.outbox import WAITING
from contracts.identity.events import EmailVerified
from local_platform.environment import relay_databases
from local_platform.fault_proxy import FaultProxy
from local_platform.observing import eventually, readiness
from local_platform.processes import LocalProcess
from local_platform.pytest_plugin import RunRelay

NOTICED_S = 30.0
HEALED_S = 30.0


async def _survives(way: FaultProxy, fault: Break, running: LocalProcess, store: Store, amqp_url: str) -> None:
    """Events before, during and after the fault arrive in order; where it lasts, the relay says that it is not ready."""
    user, health_url = new_id("user"), f"http://127.0.0.1:{running.env['RELAY_HEALTH_PORT']}"
    event = EmailVerified(user_id=user, email="ada@example.org")

    async def ready(status: int) -> bool:
        return (await readiness(health_url))[0] == status

    async with receiving(amqp_url, [user]) as received:
        emit(store, event, event)
        await eventually(lambda: len(received.ids) == 2)
        fault(way)
        emit(store, *[event] * 20)
        if fault is not FaultProxy.reset:
            await eventually(partial(ready, 503), NOTICED_S)
        way.heal()
        emit(store, event)
        await eventually(lambda: len(set(received.ids)) == 23, HEALED_S)
        assert received.out_of_order(23) == {}
        await eventually(partial(ready, 200), HEALED_S)
        await eventually(lambda: store.database["outbox"].count_documents(WAITING) == 0)
    assert running.running


@every_fault
async def test_the_way_to_the_broker(relay: RunRelay, store: Store, broker_way: FaultProxy, amqp_url: str, fault: Break) -> None:
    running = await asyncio.to_thread(relay, {"identity": store.database.name}, RELAY_AMQP_URL=broker_way.url(amqp_url))
    await _survives(broker_way, fault, running, store, amqp_url)


@every_fault
async def test_the_way_to_the_database(
    relay: RunRelay, store: Store, mongo_way: FaultProxy, amqp_url: str, mongo_url: str, fault: Break
) -> None:
    databases = relay_databases(mongo_way.url(mongo_url), {"identity": store.database.name})
    running = await asyncio.to_thread(relay, {"identity": store.database.name}, RELAY_DATABASES=databases)
    await _survives(mongo_way, fault, running, store, amqp_url)
