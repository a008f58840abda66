"""A service is killed between any two of its effects: what the caller asked for happens once, and so does what follows from it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pymongo
import pytest
from greeter.messages import GreetingView, Record
from pymongo.database import Database

from chassis.rpc_client import RpcClient
from contracts.errors import Kind, ProblemError
from local_platform.crashing import Doomed
from local_platform.environment import relay_databases
from local_platform.launch import relay as relay_process
from local_platform.observing import eventually
from local_platform.ports import free_port
from local_platform.processes import LocalProcess
from local_platform.pytest_plugin import RunService
from local_platform.servers import Mongo

DATABASE = "greeter"
# The handler's transaction is the second one: the first is the command's.
COMMAND = [
    "rpc.request_taken",
    "idempotency.answer_written",
    "outbox.numbers_taken",
    "outbox.rows_written",
    "unit_of_work.written",
    "unit_of_work.committed",
    "rpc.answer_ready",
    "rpc.answer_sent",
]
EVENT = ["event.taken", "inbox.record_written", "unit_of_work.written:2", "unit_of_work.committed:2", "event.handled"]
FAILING_EVENT = ["event.failed", "event.set_aside"]


@pytest.fixture(scope="module")
def own_mongo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mongo]:
    """Of this file's own: one relay publishes from it all the time."""
    mongo = Mongo(tmp_path_factory.mktemp("mongo"))
    mongo.start()
    yield mongo
    mongo.stop()


@pytest.fixture(scope="module")
def relay(own_mongo: Mongo, amqp_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalProcess]:
    """One that publishes what the service commits, all the time."""
    settings = {"RELAY_AMQP_URL": amqp_url, "RELAY_DATABASES": relay_databases(own_mongo.url, {"greeter": DATABASE})}
    process = relay_process(env=settings, log=tmp_path_factory.mktemp("relay") / "relay.log", health_port=free_port())
    process.start()
    yield process
    process.stop()


@pytest.fixture
def database(own_mongo: Mongo) -> Iterator[Database[dict[str, Any]]]:
    with pymongo.MongoClient[dict[str, Any]](own_mongo.url) as client:
        yield client[DATABASE]


def doomed(run_service: RunService, own_mongo: Mongo, point: str) -> Doomed:
    env = {"GREETER_MONGO_URL": own_mongo.url, "GREETER_RETRY_TIERS_S": "[0.1, 0.1, 0.1]", "GREETER_CRASH_AT": point}
    return Doomed(run_service("greeter", database=DATABASE, **env).process, "GREETER_CRASH_AT", own_mongo.url)


async def answer(rpc: RpcClient, command: Record, key: str) -> GreetingView:
    """Asks until it is answered, always with the same key, as a client should."""
    while True:
        try:
            return await rpc.call(command, idempotency_key=key, timeout=60)
        except ProblemError as error:
            if error.problem.kind is not Kind.UNAVAILABLE:
                raise
            await asyncio.sleep(0.1)


def handled(database: Database[dict[str, Any]], name: str) -> list[int]:
    return [row["sequence"] for row in database["seen"].find({"name": name, "what": "handled"})]


@pytest.mark.usefixtures("relay")
@pytest.mark.parametrize(("point", "fails"), [*((point, 0) for point in COMMAND + EVENT), *((point, 1) for point in FAILING_EVENT)])
async def test_killed_there_it_still_does_everything_once(
    run_service: RunService, own_mongo: Mongo, rpc: RpcClient, database: Database[dict[str, Any]], point: str, fails: int
) -> None:
    service = doomed(run_service, own_mongo, point)
    command = Record(name=point, fails=fails)
    asked = asyncio.create_task(answer(rpc, command, point))
    await service.died()
    await service.revive()

    again = await answer(rpc, command, point)
    assert again == await asked == GreetingView(text=f"recorded {point}")
    assert database["greetings"].count_documents({"name": point}) == 1

    await eventually(lambda: handled(database, point) == [1])
    await answer(rpc, Record(name=point), f"{point} again")
    await eventually(lambda: len(handled(database, point)) > 1)
    assert handled(database, point) == [1, 2]
    await eventually(lambda: database["outbox"].count_documents({"subject": point, "pending": True}) == 0)


@pytest.mark.usefixtures("relay")
async def test_what_came_without_a_key_is_not_done_a_second_time(
    run_service: RunService, own_mongo: Mongo, rpc: RpcClient, database: Database[dict[str, Any]]
) -> None:
    """The broker hands the request out again; whether it was carried out before, nobody can tell."""
    service = doomed(run_service, own_mongo, "unit_of_work.committed")
    asked = asyncio.create_task(rpc.call(Record(name="keyless"), timeout=60))
    await service.died()
    await service.revive()
    with pytest.raises(ProblemError) as refusal:
        await asked
    assert (refusal.value.problem.kind, refusal.value.problem.code) == (Kind.UNAVAILABLE, "greeter.outcome_unknown")
    assert database["greetings"].count_documents({"name": "keyless"}) == 1
