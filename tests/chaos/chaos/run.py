"""One run: start everything, carry out the plan, let it come to rest, look, judge."""

from __future__ import annotations

import asyncio
import shutil
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from checker import Record, Verdict, judge

from chaos import observations, stage
from chaos.faults import Faults
from chaos.history import History, read
from chaos.market_load import MarketLoad
from chaos.namespace import Namespace, isolate
from chaos.observer import Observer
from chaos.plan import Plan
from chaos.probe_load import ProbeLoad
from chaos.vendor import Vendor
from local_platform.platform import Platform
from local_platform.ports import free_port

_QUEUES_AGE_S = 3.0  # RabbitMQ 3.10 may not recover a quorum queue that is killed right after it was made
_LOAD_GRACE_S = 600.0
_REST_S = 600.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run came to; `history` is what was judged."""

    plan: Plan
    history: list[Record]
    verdict: Verdict
    seconds: float


def run(plan: Plan, folder: Path, *, without: str | None = None, say: Callable[[str], None] = lambda _: None) -> Outcome:
    """Carry out a plan in this folder; `without` names a safeguard that is switched off (`none`: the same way, with all of them on)."""
    began = time.monotonic()
    shutil.rmtree(folder, ignore_errors=True)  # a run begins with nothing
    folder.mkdir(parents=True)
    history = History(folder / "history.jsonl")
    vendor = Vendor(history, free_port())
    platform = stage.build(folder / "platform", plan.scale, vendor.url)
    if without:
        stage.run_unsafe(platform, without)
    namespaces: dict[str, Namespace] = {}
    try:
        namespaces = isolate(platform, plan.scale.isolated)
        asyncio.run(_run(plan, platform, namespaces, vendor, history, say))
    finally:
        for process in reversed(platform.processes.values()):
            process.kill()  # its data is not needed any more
        platform.stop()
        for namespace in namespaces.values():
            namespace.stop()
        history.close()
    records = read(history.file)
    return Outcome(plan, records, judge(records), time.monotonic() - began)


async def _run(
    plan: Plan, platform: Platform, namespaces: Mapping[str, Namespace], vendor: Vendor, history: History, say: Callable[[str], None]
) -> None:
    if whole := asyncio.current_task():
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, whole.cancel)  # as Ctrl-C does
    await vendor.start()
    say("starting")
    starting = asyncio.create_task(asyncio.to_thread(platform.start))
    observer = Observer(platform.infrastructure.amqp_url, platform.environment.services, history)
    await observer.start()
    try:
        await starting
        await asyncio.sleep(_QUEUES_AGE_S)
        say("running")
        history.add("begun", seed=plan.seed, plan=plan.digest)
        market = MarketLoad(platform, plan.stories, history)
        faults = Faults(platform, plan, history, observer, namespaces)
        await _load_and_faults(plan, platform, market, faults, history, observer, say)
        say("coming to rest")
        await observations.settled(platform, observer, history, _REST_S)
        await market.read_again()
        await observations.record(platform, history)
    finally:
        await observer.stop()
        await vendor.stop()


async def _load_and_faults(
    plan: Plan, platform: Platform, market: MarketLoad, faults: Faults, history: History, observer: Observer, say: Callable[[str], None]
) -> None:
    give_up_at = time.monotonic() + plan.scale.seconds + _LOAD_GRACE_S
    probe = ProbeLoad(platform.infrastructure.amqp_url, plan.seed, plan.batches, history)

    async def tell() -> None:
        while True:
            await asyncio.sleep(15)
            done = f"{probe.acknowledged} facts acknowledged, {observer.seen} events seen, {market.finished} stories finished"
            say(f"{history.now:6.0f} s: {done}")

    telling = asyncio.create_task(tell())
    try:
        await asyncio.gather(probe.run(give_up_at), market.run(give_up_at), faults.run())
    finally:
        telling.cancel()
