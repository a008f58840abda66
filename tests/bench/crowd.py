"""People at a gateway that trusts its proxy: each has an address of their own, and asks at a steady pace."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import cycle

import aiohttp
from load import Latencies

PASSWORD = "orbit lemon quartz"
LOG_IN, REGISTER = "/v1/auth/login", "/v1/auth/register"
OK = "200"


@dataclass(frozen=True, slots=True)
class Gateway:
    """Where requests go, as if they came from a given address."""

    http: aiohttp.ClientSession
    url: str

    async def post(self, address: str, path: str, body: object) -> tuple[str, dict]:
        """The status, with the problem's code if there is one, and the answer."""
        return await self._ask("POST", path, {"X-Forwarded-For": address}, body)

    async def get(self, address: str, path: str, token: str) -> str:
        return (await self._ask("GET", path, {"X-Forwarded-For": address, "Authorization": f"Bearer {token}"}))[0]

    async def _ask(self, method: str, path: str, headers: dict[str, str], body: object = None) -> tuple[str, dict]:
        try:
            async with self.http.request(method, self.url + path, json=body, headers=headers) as response:
                answer = await response.json()
        except TimeoutError:  # counted as any refusal: what keeps nobody waiting is measured, not assumed
            return "no answer", {}
        return f"{response.status} {answer['code']}" if response.status >= 400 else str(response.status), answer


@dataclass
class Resident:
    """Somebody with an account and a device that it knows."""

    gateway: Gateway
    address: str
    email: str
    device_token: str = ""
    access_token: str = ""

    async def move_in(self) -> None:
        body = {"email": self.email, "password": PASSWORD, "display_name": "Resident", "roles": ["solver"]}
        told, _ = await self.gateway.post(self.address, REGISTER, body)
        if told != "201" or await self.log_in() != OK:
            raise RuntimeError(f"{self.email} could not move in: {told}")

    async def log_in(self, *, known: bool = True) -> str:
        body = {"email": self.email, "password": PASSWORD} | ({"device_token": self.device_token} if known and self.device_token else {})
        told, answer = await self.gateway.post(self.address, LOG_IN, body)
        if told == OK:
            self.device_token, self.access_token = answer["device_token"], answer["access_token"]
        return told

    async def read(self, path: str) -> str:
        return await self.gateway.get(self.address, path, self.access_token)


async def residents(gateway: Gateway, name: str, number: int, network: str, at_once: int = 4) -> list[Resident]:
    """So many people, each at an address of `network` (its first two bytes)."""
    people = [Resident(gateway, f"{network}.{i // 250}.{i % 250 + 1}", f"{name}{i}@example.org") for i in range(number)]
    places = asyncio.Semaphore(at_once)

    async def move(person: Resident) -> None:
        async with places:
            await person.move_in()

    await asyncio.gather(*(move(person) for person in people))
    return people


async def paced(ask: Callable[[int], Awaitable[None]], rate: float, times: int) -> float:
    """`ask(0)`, `ask(1)`, … so many a second, whether or not those before were answered. Gives the seconds it took."""
    began = time.perf_counter()
    asked = []
    for number in range(times):
        await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
        asked.append(asyncio.create_task(ask(number)))
    await asyncio.gather(*asked)
    return time.perf_counter() - began


@dataclass
class Others:
    """What people who have nothing to do with it notice: reads of two services and logins from known devices, so many a second."""

    people: list[Resident]
    reads_a_second: float = 20.0
    logins_a_second: float = 2.0
    reads: list[float] = field(default_factory=list)
    logins: list[float] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)

    async def go_on(self, until: asyncio.Event) -> None:
        """Ask until told to stop."""
        await asyncio.gather(
            self._keep_asking(self._read, self.reads_a_second, until), self._keep_asking(self._log_in, self.logins_a_second, until)
        )

    async def beside(self, work: Awaitable[object]) -> None:
        """Ask as long as this goes on."""
        done = asyncio.Event()
        asking = asyncio.create_task(self.go_on(done))
        try:
            await work
        finally:
            done.set()
            await asking

    async def _keep_asking(self, ask: Callable[[int], Awaitable[None]], rate: float, until: asyncio.Event) -> None:
        began, number, asked = time.perf_counter(), 0, []
        while rate and not until.is_set():
            asked.append(asyncio.create_task(ask(number)))
            number += 1
            await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
        await asyncio.gather(*asked)

    async def _read(self, number: int) -> None:
        path = ("/v1/me", "/v1/challenges")[number % 2]
        await self._timed(self.reads, lambda: self.people[number // 2 % len(self.people)].read(path))

    async def _log_in(self, number: int) -> None:
        await self._timed(self.logins, lambda: self.people[number % len(self.people)].log_in())

    async def _timed(self, values: list[float], ask: Callable[[], Awaitable[str]]) -> None:
        sent = time.perf_counter()
        told = await ask()
        values.append(time.perf_counter() - sent)
        if told != OK:
            self.refused[told] += 1

    def p95(self) -> tuple[float, float]:
        """Of reads and of logins, in milliseconds."""
        return Latencies(self.reads, 1.0).percentile(95), Latencies(self.logins, 1.0).percentile(95)


async def logins_in_flight(people: list[Resident], in_flight: int, seconds: float) -> tuple[Latencies, int]:
    """So many logins at once, for so long; the first fifth of the time warms up. And how many were told to come again."""
    turn = cycle(people)
    values: list[float] = []
    refused: list[str] = []
    began = time.perf_counter()
    counted_from, until = began + seconds / 5, began + seconds

    async def worker() -> None:
        while (sent := time.perf_counter()) < until:
            told = await next(turn).log_in()
            if told != OK:
                refused.append(told)
            elif sent >= counted_from:
                values.append(time.perf_counter() - sent)

    await asyncio.gather(*(worker() for _ in range(in_flight)))
    return Latencies(values, time.perf_counter() - counted_from), len(refused)
