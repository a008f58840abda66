"""How long after a fault is over, or a process is killed, a call is answered and an event handled again."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import count

from greeter.messages import Count
from pipeline import Pipeline, now

from chassis.rpc_client import RpcClient
from contracts.errors import ProblemError

_DOWN_SECONDS = 3.0
_PROBE_SECONDS = 0.02
_GIVE_UP_SECONDS = 90.0


@dataclass(frozen=True)
class Recovery:
    """Seconds to the first success; of a server from when it answers again, of a process from its end."""

    fault: str
    call: float
    event: float

    def row(self) -> str:
        return f"| {self.fault} | {self.call:.1f} | {self.event:.1f} |"


async def measure_recoveries(pipeline: Pipeline) -> list[Recovery]:
    client = RpcClient(pipeline.broker.url)
    await client.start()
    committed: list[tuple[datetime, str]] = []
    stop = asyncio.Event()

    async def keep_committing() -> None:
        for number in count():
            asked_at, subject = now(), f"recovery-{number}"
            if stop.is_set():
                return
            if await asyncio.to_thread(pipeline.try_to_commit, subject):
                committed.append((asked_at, subject))
            await asyncio.sleep(_PROBE_SECONDS * 2)

    async def answered() -> bool:
        try:
            await client.call(Count(name="nobody"), timeout=2)
        except ProblemError:
            return False
        return True

    async def after(fault: str, end: Callable[[], None], begin: Callable[[], None] | None) -> Recovery:
        """`begin` None: somebody else takes over."""
        await asyncio.to_thread(end)
        if begin is not None and "service" not in fault:
            await asyncio.sleep(_DOWN_SECONDS)
            await asyncio.to_thread(begin)
        elif begin is not None:
            starting = asyncio.ensure_future(asyncio.to_thread(begin))
        began, moment = time.monotonic(), now()

        async def first_answer() -> float:
            while not await answered():
                await asyncio.sleep(_PROBE_SECONDS)
                if time.monotonic() - began > _GIVE_UP_SECONDS:
                    raise TimeoutError(f"no answer after: {fault}")
            return time.monotonic() - began

        async def first_of_those_committed_after() -> datetime | None:
            subject = next((subject for asked_at, subject in committed if asked_at > moment), None)
            return subject and await asyncio.to_thread(pipeline.handled_at, subject)

        async def first_event() -> float:
            while (at := await first_of_those_committed_after()) is None:
                await asyncio.sleep(_PROBE_SECONDS * 5)
                if time.monotonic() - began > _GIVE_UP_SECONDS:
                    raise TimeoutError(f"no event after: {fault}")
            return (at - moment).total_seconds()

        call, event = await asyncio.gather(first_answer(), first_event())
        if begin is not None and "service" in fault:
            await starting
        await asyncio.sleep(_DOWN_SECONDS)  # the next fault meets a system at rest
        return Recovery(fault, call, event)

    committing = asyncio.ensure_future(keep_committing())
    broker, mongo, service = pipeline.broker, pipeline.mongo, pipeline.service
    try:
        recoveries = [
            await after("broker killed, back after 3 s", broker.kill, broker.start),
            await after("broker stopped, back after 3 s", broker.stop, broker.start),
            await after("database killed, back after 3 s", mongo.kill, mongo.start),
            await after("database stopped, back after 3 s", mongo.stop, mongo.start),
            await after("service killed and started", service.kill, service.start),
            await after("service stopped (SIGTERM) and started", service.stop, service.start),
        ]
        for fault, end in (("relay killed, another takes over", "kill"), ("relay stopped (SIGTERM), another takes over", "stop")):
            holder = await asyncio.to_thread(_holder, pipeline)
            other = next(relay for relay in pipeline.relays if relay is not holder)
            assert other.running
            recoveries.append(await after(fault, getattr(holder, end), None))
            await asyncio.to_thread(holder.start)
    finally:
        stop.set()
        await committing
        await client.stop()
    return recoveries


def _holder(pipeline: Pipeline):
    """The relay that holds the lease: its owner's name has the process id."""
    lease = pipeline.store.database["leases"].find_one({"_id": "relay"})
    pid = int(lease["owner"].split("/")[1])
    return next(relay for relay in pipeline.relays if relay.pid == pid)
