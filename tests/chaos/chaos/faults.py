"""Carries out the faults of a plan: each at its time, of one process one after the other, and what was broken is mended again."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

import aiohttp

from chaos.history import History
from chaos.namespace import Namespace
from chaos.observer import Observer
from chaos.plan import Fault, Plan, kind_of
from chaos.scale import SERVERS, SERVING
from chaos.stage import serving_relay
from local_platform.errors import PlatformError
from local_platform.infrastructure import Runnable
from local_platform.platform import Platform

_BACK_WITHIN_S = 300.0  # of time in which the servers were all there
_BREATH_S = 5.0  # between two faults of one server: what stands on it should come to its feet
_MINDED_EVERY_S = 0.5


class Faults:
    """Everything that goes wrong in a run, and the supervisor that starts again what ended by itself."""

    def __init__(self, platform: Platform, plan: Plan, history: History, observer: Observer, namespaces: Mapping[str, Namespace]) -> None:
        self._platform = platform
        self._namespaces = namespaces
        self._plan = plan
        self._history = history
        self._observer = observer
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._down: set[str] = set()  # on purpose: not to be started by the supervisor
        self._away_servers: set[str] = set()
        self._count = 0

    async def run(self) -> None:
        """All of them; returns when everything is mended and every process is ready."""
        began = time.monotonic()

        async def when_due(fault: Fault) -> None:
            await asyncio.sleep(max(0.0, began + fault.at - time.monotonic()))
            await self._carry_out(fault)

        minding = asyncio.create_task(self._mind())
        try:
            async with asyncio.TaskGroup() as tasks:
                for fault in self._plan.faults:
                    if not fault.is_last:
                        tasks.create_task(when_due(fault))
            for fault in self._plan.faults:
                if fault.is_last:
                    await when_due(fault)
            for proxy in self._platform.proxies.values():
                await asyncio.to_thread(proxy.heal)
            await asyncio.gather(*(self._ready(name) for name in self._platform.processes))
        finally:
            minding.cancel()

    async def _carry_out(self, fault: Fault) -> None:
        self._count += 1
        number = self._count
        async with self._locks[fault.target]:
            self._history.add(
                "fault", number=number, kind=fault.kind, target=fault.target, lasts=fault.lasts, planned=fault.at, **fault.detail
            )
            began = time.monotonic()
            actions: dict[str, Callable[[Fault], Awaitable[float | None]]] = {
                "kill": self._kill, "stop": self._stop, "rolling": self._rolling, "pause": self._pause,
                "repeat": self._repeat, "clock": self._clock, "vendor": self._vendor, "partition": self._partition,
            }  # fmt: skip
            ready_after = await actions.get(fault.kind, self._network)(fault)
            told = {"after": round(time.monotonic() - began, 2), "ready_after": ready_after}
            self._history.add("mended", number=number, kind=fault.kind, target=fault.target, **told)
            if fault.target in SERVERS:
                await asyncio.sleep(_BREATH_S)

    async def _kill(self, fault: Fault) -> float:
        return await self._away(fault.target, self._platform.processes[fault.target].kill, fault.lasts)

    async def _stop(self, fault: Fault) -> float:
        return await self._away(fault.target, self._platform.processes[fault.target].stop, fault.lasts)

    async def _rolling(self, fault: Fault) -> None:
        for name in [name for name in self._platform.processes if kind_of(name) == fault.target]:
            async with self._locks[name] if name != fault.target else asyncio.Lock():
                await self._away(name, self._platform.processes[name].stop, 0.0)

    async def _away(self, name: str, end: Callable[[], None], lasts: float) -> float:
        """End a process and start it again; gives the seconds from its start until it was ready."""
        self._down.add(name)
        self._away_servers.update({name} & set(SERVERS))
        await asyncio.to_thread(end)
        await asyncio.sleep(lasts)
        await self._launch(name)
        self._down.discard(name)
        ready_after = await self._ready(name)
        self._away_servers.discard(name)
        return ready_after

    async def _pause(self, fault: Fault) -> None:
        name = await self._resolved(fault.target)
        pid = self._platform.processes[name].pid if name else None
        if name is None or pid is None:
            return
        async with self._locks[name] if name != fault.target else asyncio.Lock():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
                await asyncio.sleep(fault.lasts)
                os.kill(pid, signal.SIGCONT)

    async def _partition(self, fault: Fault) -> None:
        namespace = self._namespaces[await self._resolved(fault.target) or fault.target]
        await asyncio.to_thread(namespace.cut)
        await asyncio.sleep(fault.lasts)
        await asyncio.to_thread(namespace.heal)

    async def _network(self, fault: Fault) -> None:
        process, _, server = fault.target.partition(">")
        name = await self._resolved(process)
        proxy = self._platform.proxies.get((name or "", server))
        if proxy is None:
            return
        if fault.kind == "delay":
            await asyncio.to_thread(proxy.delay, float(str(fault.detail["ms"])))
        else:
            await asyncio.to_thread(getattr(proxy, fault.kind))
        await asyncio.sleep(fault.lasts)
        await asyncio.to_thread(proxy.heal)
        if fault.kind == "half_open":
            # A middle box that lost a connection's state resets it; without that only the owner's time-outs end it.
            await asyncio.to_thread(proxy.reset)

    async def _resolved(self, process: str) -> str | None:
        if process != SERVING:
            return process
        for _ in range(40):  # nobody serves for a moment after each fault
            if name := await serving_relay(self._platform, "probe_source"):
                return name
            await asyncio.sleep(0.25)
        return None

    async def _repeat(self, fault: Fault) -> None:
        await self._observer.repeat(int(str(fault.detail["events"])))

    async def _clock(self, fault: Fault) -> None:
        await self._sandbox("/_sandbox/clock/advance", {"seconds": fault.detail["seconds"]})

    async def _vendor(self, fault: Fault) -> None:
        await self._sandbox("/_sandbox/faults", dict(fault.detail))

    async def _sandbox(self, path: str, body: dict[str, object]) -> None:
        """The sandbox may be away itself: then this fault does not happen."""
        with suppress(aiohttp.ClientError, TimeoutError):
            async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as http:
                await http.post(self._platform.sandbox_url + path, json=body)

    async def _launch(self, name: str) -> None:
        """A port may be a moment in coming free."""
        for attempt in range(50):
            try:
                await asyncio.to_thread(self._platform.processes[name].launch)
            except PlatformError:
                if attempt == 49:
                    raise
                await asyncio.sleep(0.2)
            else:
                return

    async def _ready(self, name: str) -> float:
        """Wait until the process is ready; gives the seconds, without those in which a server was away that it may stand on."""
        waited, looked = 0.0, time.monotonic()
        while waited < _BACK_WITHIN_S:
            if await asyncio.to_thread(_is_ready, self._platform.processes[name]):
                return round(waited, 2)
            await asyncio.sleep(0.1)
            now = time.monotonic()
            if not self._away_servers - {name}:
                waited += now - looked
            looked = now
        self._history.add("not_back", process=name, within=_BACK_WITHIN_S)
        return _BACK_WITHIN_S

    async def _mind(self) -> None:
        """Start again what ended by itself, as a supervisor does, and tell of it."""
        while True:
            for name, process in self._platform.processes.items():
                if name not in self._down and not process.running:
                    self._history.add("died", process=name, status=getattr(process, "status", None))
                    await self._launch(name)
            await asyncio.sleep(_MINDED_EVERY_S)


def _is_ready(process: Runnable) -> bool:
    try:
        return process.is_ready()
    except PlatformError:
        return False
