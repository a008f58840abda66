"""Every process of two replicas each is restarted by SIGTERM, one after another, while people work and old versions speak to them.

One retry cures whatever a client sees of it.
"""

from __future__ import annotations

import asyncio
import json
import sys
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aio_pika
import pymongo
import pytest
import socketio

from chassis.rpc_client import RpcClient
from contracts.errors import Kind, Problem, ProblemError
from contracts.topology import consumers_of
from local_platform.launch import SERVICES
from local_platform.market.client import Answer, Market, Person
from local_platform.market.journey import Journey
from local_platform.observing import eventually
from local_platform.platform import Platform

sys.path.insert(0, str(Path(__file__).parents[1] / "contracts"))
from released_messages import Released, all_released

RETRY_AFTER_S = 1.0  # what a problem's Retry-After asks for
JOURNEYS_AT_ONCE = 2
THINKS_S = 1.5  # people do not act without a pause: what is tried is the restart under work, not how much work two cores take
NOTHING_KEPT = {
    "notifications.on_session_revoked",  # of a session that ended for no reason to worry about
    "notifications.on_challenge_published",  # of a public challenge, to which nobody is invited
    "notifications.on_challenge_updated",
}


@pytest.fixture(scope="module")
def replicated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    limits = {"GATEWAY_RATE_LIMITS": '{"auth": "6000/60", "sign_up": "6000/60", "write": "6000/60", "read": "12000/60"}'}
    replicas = dict.fromkeys((*SERVICES, "relay"), 2)
    running = Platform(Path(tmp_path_factory.mktemp("rolling")), gateways=2, environment=limits, replicas=replicas)
    running.start()
    yield running
    running.stop()


class OneRetry(Market):
    """People behind a balancer, which passes a request on to a gateway that listens. They ask a second time and then never again.

    Patience is for what comes by itself (mails, notifications), and for a live connection to come back.
    """

    async def send(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        data: bytes | None = None,
        headers: dict[str, str] | None = None,
        gateway: int = 0,
    ) -> Answer:
        async def balanced() -> Answer | None:
            first = await self._send_once(method, path, json, data, headers or {}, gateway)
            return first or await self._send_once(method, path, json, data, headers or {}, gateway + 1)

        answer = await balanced()
        if answer is None or answer.status >= 500:
            await asyncio.sleep(RETRY_AFTER_S)
            answer = await balanced()
        assert answer is not None, f"{method} {path}: no answer, twice"
        assert answer.status < 500, f"{method} {path}: {answer.status} after a retry: {answer.body}"
        return answer

    def newcomer(self, name: str, email: str, gateway: int) -> Person:
        return Live(self, name, email, gateway)


class Live(Person):
    """Whose live connection is cut when its gateway ends: it connects again by itself, then asks a second time."""

    async def connect(self) -> None:
        try:
            await self._connect_once()
        except socketio.exceptions.ConnectionError:
            await self.hang_up()
            await asyncio.sleep(RETRY_AFTER_S)
            await self._connect_once()

    async def emit(self, event: str, data: Any, within: float = 10) -> Any:
        acknowledgement = await self._emit_once(event, data, within)
        if acknowledgement is None or not acknowledgement["ok"]:
            await asyncio.sleep(RETRY_AFTER_S)
            await eventually(lambda: self._socket.connected, within=self.market.patience)
            acknowledgement = await self._emit_once(event, data, within)
        assert acknowledgement is not None, f"{event}: no acknowledgement, twice"
        return acknowledgement

    async def _emit_once(self, event: str, data: Any, within: float) -> Any:
        try:
            return await self._socket.call(event, data, timeout=within)
        except (socketio.exceptions.SocketIOError, TimeoutError):
            return None


@dataclass
class Yesterday:
    """Peers of released versions: they send each of their messages and must be understood."""

    platform: Platform
    rpc: RpcClient
    exchanges: aio_pika.abc.AbstractChannel
    published: dict[str, Any] = field(default_factory=dict)  # an event's id → its type and body

    @classmethod
    @asynccontextmanager
    async def of(cls, platform: Platform) -> AsyncIterator[Yesterday]:
        rpc = RpcClient(platform.infrastructure.amqp_url)
        await rpc.start()
        async with await aio_pika.connect(platform.infrastructure.amqp_url) as connection:
            yield cls(platform, rpc, await connection.channel(on_return_raises=True))
        await rpc.stop()

    async def speak(self) -> None:
        """Each message twice: with the least of its fields, and with all of them."""
        for released in all_released():
            samples = released.samples()
            for sample in (samples[0], samples[-1]):
                if released.is_event:
                    await self._publish(released, sample)
                else:
                    await self._ask(released, sample)

    async def _publish(self, released: Released, body: dict[str, Any]) -> None:
        event_id, source = f"event_{uuid.uuid4().hex}", released.event_type.partition(".")[0]
        attributes = {"specversion": "1.0", "id": event_id, "source": source, "type": released.event_type, "sequence": "1"}
        headers = {f"cloudEvents_{name}": value for name, value in attributes.items()}
        exchange = await self.exchanges.get_exchange(f"{source}.events", ensure=False)
        message = aio_pika.Message(json.dumps(body).encode(), content_type="application/json", headers=headers)
        await exchange.publish(message, released.event_type, mandatory=bool(consumers_of(SERVICES).get(released.event_type)))
        self.published[event_id] = released.event_type, body

    async def _ask(self, released: Released, data: dict[str, Any]) -> None:
        """Nobody is logged in: most requests are refused for that, which is after they were read."""
        refusal = await self._refusal(released, data)
        if refusal is not None and refusal.kind is Kind.UNAVAILABLE:
            await asyncio.sleep(RETRY_AFTER_S)
            refusal = await self._refusal(released, data)
        if refusal is not None:
            assert refusal.kind is not Kind.UNAVAILABLE, f"{released.name}: {refusal} after a retry"
            assert refusal.code != f"{released.method[0]}.request.invalid", f"{released.name}: {refusal}"

    async def _refusal(self, released: Released, data: dict[str, Any]) -> Problem | None:
        try:
            answer = await self.rpc.call(_Asked(released, data), timeout=20)  # type: ignore[arg-type]
        except ProblemError as refusal:
            return refusal.problem
        assert released.not_understood([answer]) == []
        return None

    def not_understood(self) -> set[tuple[str, str]]:
        """Which handlers have neither handled an event, nor read it and put it off: what it speaks of is made up."""
        consumers = consumers_of(SERVICES)
        owed = {(event_id, queue) for event_id, (kind, _) in self.published.items() for queue in consumers.get(kind, ())}
        owed = {(event_id, queue) for event_id, queue in owed if queue not in NOTHING_KEPT}
        with pymongo.MongoClient[dict[str, Any]](self.platform.infrastructure.mongo_url) as client:
            for service in SERVICES:
                rows = client[service]["inbox"].find({"_id": {"$in": [f"{queue}/{event_id}" for event_id, queue in owed]}})
                owed -= {(event_id, queue) for queue, _, event_id in (row["_id"].partition("/") for row in rows)}
                # The one handler that needs no inbox: noting a session twice changes nothing.
                ended = {row["_id"] for row in client[service]["ended_sessions"].find()}
                noted = {event_id for event_id, (_, body) in self.published.items() if body.get("session_id") in ended}
                owed -= {(event_id, f"{service}.sessions.on_session_revoked") for event_id in noted}
        told = [line for log in (self.platform.folder / "logs").glob("*.log") for line in log.read_text(errors="replace").splitlines()]
        put_off = [line for line in told if '"event_waits"' in line or '"event_failed"' in line]
        return {(event_id, queue) for event_id, queue in owed if not any(event_id in line and queue in line for line in put_off)}

    def dead(self) -> list[Any]:
        """What is in the dead letters of all services."""
        with pymongo.MongoClient[dict[str, Any]](self.platform.infrastructure.mongo_url) as client:
            return [letter for service in SERVICES for letter in client[service]["dead_letters"].find({}, {"queue": 1, "error": 1})]


class _Asked:
    """A request of a released version, for the RPC client: its data go as they are, and so does the answer come."""

    def __init__(self, released: Released, data: dict[str, Any]) -> None:
        self.service, self._method = released.method
        self._data = data
        self.answer = _Asked

    def method(self) -> str:
        return self._method

    def model_dump_json(self, **_: Any) -> str:
        return json.dumps(self._data)

    @staticmethod
    def received(data: Any) -> Any:
        return data


async def _restart_each(platform: Platform) -> None:
    """One after another: asked to end, awaited, started again, ready before the next one's turn."""
    for name, process in platform.processes.items():
        if name.split("-")[0] in (*SERVICES, "relay", "gateway"):
            await asyncio.to_thread(process.stop, 90)  # asked once: between its last word and its end a second signal kills a process
            assert getattr(process, "status", 0) == 0, f"{name} did not end cleanly"
            process.launch()
            await asyncio.to_thread(process.wait_ready)


@pytest.mark.timeout(1800)
async def test_nobody_notices_a_rolling_restart(replicated: Platform) -> None:
    """The journeys see to the rest: money adds up to the cent, and everybody was told of each thing once."""
    async with OneRetry(replicated.gateway_urls, replicated.sandbox_url, patience=120) as market, Yesterday.of(replicated) as yesterday:
        rolling = asyncio.create_task(_restart_each(replicated))

        async def think(step: str) -> None:
            await asyncio.sleep(THINKS_S)

        async def work() -> int:
            walked = 0
            while not rolling.done():
                await Journey(market).walk(think)
                walked += 1
            return walked

        async with asyncio.TaskGroup() as tasks:
            walkers = [tasks.create_task(work()) for _ in range(JOURNEYS_AT_ONCE)]
            tasks.create_task(yesterday.speak())
        await rolling
        assert all(walker.result() for walker in walkers)
        with suppress(AssertionError):
            await eventually(lambda: not yesterday.not_understood(), within=120)
        assert yesterday.not_understood() == set()
        assert yesterday.dead() == [], "what cannot be read is a dead letter"
