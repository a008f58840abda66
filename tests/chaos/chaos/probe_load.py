"""Drives the probe: each command of the plan when it is due, again with the same key until it is acknowledged."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from probe_messages import CountedFactRecorded, Fact, OrderedFactRecorded, RecordFacts

from chaos.history import History
from chaos.plan import Batch
from chassis.rpc_client import RpcClient
from contracts.errors import ProblemError

AT_ONCE = 12
_PAUSE_S = 0.5
_TIMEOUT_S = 5.0


class ProbeLoad:
    def __init__(self, amqp_url: str, seed: int, batches: Sequence[Batch], history: History) -> None:
        self._client = RpcClient(amqp_url)
        self._seed = seed
        self._batches = batches
        self._history = history
        self._at_once = asyncio.Semaphore(AT_ONCE)
        self.acknowledged = 0

    async def run(self, give_up_at: float) -> None:
        """All commands, each from its time on; what falls behind is made up for. Gives up at this monotonic moment."""
        await self._client.start()
        began = time.monotonic()

        async def when_due(batch: Batch) -> None:
            await asyncio.sleep(max(0.0, began + batch.at - time.monotonic()))
            await self._record(batch, give_up_at)

        try:
            await asyncio.gather(*map(when_due, self._batches))
        finally:
            await self._client.stop()

    async def _record(self, batch: Batch, give_up_at: float) -> None:
        ids = batch.fact_ids(self._seed)
        facts = tuple(Fact(id=id, outside=index in batch.outside, poison=index == batch.poison) for index, id in enumerate(ids))
        command = RecordFacts(aggregate_id=batch.aggregate, ordered=batch.ordered, facts=facts)
        told = {
            "type": (OrderedFactRecorded if batch.ordered else CountedFactRecorded).type(),
            "aggregate": batch.aggregate,
            "facts": ids,
            "outside": [ids[index] for index in batch.outside],
            "poison": None if batch.poison is None else ids[batch.poison],
        }
        self._history.add("recording", **told)
        while time.monotonic() < give_up_at:
            try:
                async with self._at_once:  # who waits for another try holds up nobody
                    await self._client.call(command, idempotency_key=f"{self._seed}-{batch.number}", timeout=_TIMEOUT_S)
            except ProblemError as error:
                if error.problem.kind != "unavailable":
                    self._history.add("refused", action="record_facts", key=batch.number, code=error.problem.code)
                await asyncio.sleep(_PAUSE_S)
            except Exception as error:  # a bug of the service: told, and tried again as a client would
                self._history.add("refused", action="record_facts", key=batch.number, status=500, error=repr(error))
                await asyncio.sleep(_PAUSE_S)
            else:
                self.acknowledged += batch.size
                self._history.add("recorded", **told)
                return
        self._history.add("given_up", action="record_facts", key=batch.number)
