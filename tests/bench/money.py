"""`make bench-money`: funds and releases per second against the sandbox, their p95, where the time of one goes; into docs/benchmarks.md."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import psutil
from aiohttp import web
from document import MONEY, when_and_where, write
from load import Latencies

from chassis.ids import new_id
from chassis.rpc_client import RpcClient
from contracts.challenges.events import ApplicationAccepted
from contracts.challenges.terms import MilestoneStatus, MilestoneView
from contracts.errors import ProblemError
from contracts.money import Price
from contracts.payments.commands import FundEscrow, ReleaseEscrow
from contracts.payments.queries import GetChallengeEscrow
from contracts.payments.views import EscrowView
from local_platform import launch
from local_platform.alone import settings_of
from local_platform.observing import eventually
from local_platform.ports import free_port
from local_platform.processes import LocalProcess
from local_platform.publishing import Broker, connected
from local_platform.rabbitmq import RabbitMQ
from local_platform.servers import Mongo
from local_platform.tokens import TestTokens

WITHIN = 30.0


@dataclass
class Turnstile:
    """Stands before the sandbox and counts the time that it takes to answer."""

    target: str
    seconds: float = 0.0
    calls: int = 0

    async def pass_on(self, request: web.Request) -> web.Response:
        began = time.perf_counter()
        headers = {name: value for name, value in request.headers.items() if name.lower() not in ("host", "content-length")}
        url, body = f"{self.target}{request.path_qs}", await request.read()
        async with request.app["http"].request(request.method, url, data=body, headers=headers) as answer:
            content = await answer.read()
        self.seconds, self.calls = self.seconds + time.perf_counter() - began, self.calls + 1
        kept = {name: value for name, value in answer.headers.items() if name.lower() not in ("content-length", "transfer-encoding")}
        return web.Response(status=answer.status, body=content, headers=kept)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[str]:
        app = web.Application()
        app.add_routes([web.route("*", "/{path:.*}", self.pass_on)])
        async with aiohttp.ClientSession() as http:
            app["http"] = http
            runner = web.AppRunner(app, access_log=None)
            await runner.setup()
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            yield f"http://127.0.0.1:{runner.addresses[0][1]}"
            await runner.cleanup()


@dataclass
class Reading:
    """What was used up to now: the service's time for answers, its own computing, the sandbox's time."""

    answering: float
    computing: float
    sandbox: float


@dataclass
class Bench:
    rpc: RpcClient
    broker: Broker
    tokens: TestTokens
    service: LocalProcess
    health_port: int
    turnstile: Turnstile
    engagements: list[tuple[str, str, str]] = field(default_factory=list)  # challenge, challenger, escrow

    async def accept(self, number: int) -> None:
        """So many engagements, each of one milestone, without money."""
        for _ in range(number):
            challenge_id, challenger = new_id("challenge"), new_id("user")
            milestone = MilestoneView(id=new_id("milestone"), title="A step", amount=_price(100_000), status=MilestoneStatus.AGREED)
            accepted = ApplicationAccepted(
                challenge_id=challenge_id,
                challenge_title="A challenge",
                challenger_id=challenger,
                application_id=new_id("application"),
                solver_id=new_id("user"),
                milestones=(milestone,),
            )
            await self.broker.publish(accepted)
            escrow = await eventually(lambda id=challenge_id, by=challenger: self._known(id, by), within=WITHIN)  # type: ignore[misc]
            self.engagements.append((challenge_id, challenger, escrow.id))

    async def fund(self, place: int) -> None:
        challenge_id, challenger, _ = self.engagements[place]
        await self._ask(FundEscrow(challenge_id=challenge_id, payment_method="pm_card_visa"), challenger)

    async def release(self, place: int) -> None:
        _, challenger, escrow_id = self.engagements[place]
        await self._ask(ReleaseEscrow(escrow_id=escrow_id, amount=_price(100_000)), challenger)

    def read(self, method: str) -> Reading:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.health_port}/metrics", timeout=5) as answer:
            lines = answer.read().decode().splitlines()
        named = f'openchance_rpc_request_seconds_sum{{method="{method}"'
        answering = sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(named))
        computing = sum(psutil.Process(self.service.pid).cpu_times()[:2])
        return Reading(answering, computing, self.turnstile.seconds)

    async def _known(self, challenge_id: str, challenger: str) -> EscrowView | None:
        try:
            view: EscrowView = await self._ask(GetChallengeEscrow(challenge_id=challenge_id), challenger)
        except ProblemError as refusal:
            if refusal.problem.code != "payments.escrow.not_found":
                raise
            return None
        return view

    async def _ask(self, request: object, user_id: str) -> object:
        return await self.rpc.call(request, token=self.tokens.issue(user_id), idempotency_key=new_id("key"), timeout=WITHIN)  # type: ignore[arg-type]


async def measured(ask: Callable[[int], Awaitable[None]], places: range, in_flight: int) -> Latencies:
    """Each place once, so many at a time."""
    waiting, values = list(reversed(places)), []

    async def worker() -> None:
        while waiting:
            place, began = waiting.pop(), time.perf_counter()
            await ask(place)
            values.append(time.perf_counter() - began)

    began = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(in_flight)))
    return Latencies(values, time.perf_counter() - began)


async def shares(bench: Bench, name: str, ask: Callable[[int], Awaitable[None]], places: range) -> str:
    """Where the time of one goes while nothing else runs: what is neither the broker, the sandbox nor computing is the database."""
    before = bench.read(f"{name}_escrow")
    total = sum((await measured(ask, places, 1)).values)
    after = bench.read(f"{name}_escrow")
    answering, sandbox = after.answering - before.answering, after.sandbox - before.sandbox
    computing = min(after.computing - before.computing, answering - sandbox)
    parts = {
        "broker": total - answering,
        "sandbox": sandbox,
        "own computing": computing,
        "database": answering - sandbox - computing,
    }
    told = ", ".join(f"{part} {seconds / total:.0%}" for part, seconds in parts.items())
    return f"{name}: {total / len(places) * 1000:.1f} ms, of it {told}"


async def run(folder: Path, number: int, in_flight: int) -> str:
    broker, mongo, tokens = RabbitMQ(folder / "rabbitmq"), Mongo(folder / "mongo"), TestTokens()
    sandbox_port, health_port = free_port(), free_port()
    sandbox = launch.sandbox(env={}, log=folder / "sandbox.log", port=sandbox_port)
    broker.launch()
    mongo.start()
    broker.wait_ready()
    sandbox.start()
    turnstile = Turnstile(f"http://127.0.0.1:{sandbox_port}")
    async with turnstile.open() as stripe:
        env = settings_of("payments", amqp_url=broker.url, mongo_url=mongo.url, database="payments", tokens=tokens) | {
            "PAYMENTS_LOG_LEVEL": "WARNING",
            "PAYMENTS_STRIPE_API_KEY": "sk_test_bench",
            "PAYMENTS_STRIPE_API_BASE": stripe,
            "PAYMENTS_STRIPE_WEBHOOK_SECRET": "whsec_bench",
            "PYTHONPATH": os.pathsep.join(sys.path),
        }
        service = launch.service("payments", env=env, log=folder / "payments.log", health_port=health_port)
        await asyncio.to_thread(service.start)
        rpc = RpcClient(broker.url)
        await rpc.start()
        async with connected(broker.url) as channel:
            bench = Bench(rpc, channel, tokens, service, health_port, turnstile)
            await bench.accept(number)
            alone = range(number // 4)
            told = [await shares(bench, name, ask, alone) for name, ask in (("fund", bench.fund), ("release", bench.release))]
            rows = []
            for name, ask in (("fund", bench.fund), ("release", bench.release)):
                rows.append(f"| {name} | {(await measured(ask, range(len(alone), number), in_flight)).row()} |")
        await rpc.stop()
        await asyncio.to_thread(service.stop)
    sandbox.stop()
    mongo.stop()
    broker.stop()
    return report(number, in_flight, rows, told)


def report(number: int, in_flight: int, rows: list[str], told: list[str]) -> str:
    lines = [
        "## Money",
        "",
        f"Written by `make {MONEY}` on {when_and_where()};",
        f"service, broker, embedded database and sandbox on one machine. {number} engagements, {in_flight} in flight.",
        "",
        "| saga | per second | p50 ms | p95 ms | p99 ms |",
        "|---|---|---|---|---|",
        *rows,
        "",
        "One alone, and where its time goes:",
        "",
        *(f"- {line}" for line in told),
    ]
    return "\n".join(lines)


def _price(amount: int) -> Price:
    return Price(amount_minor=amount, currency="EUR")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engagements", type=int, default=200)
    parser.add_argument("--in-flight", type=int, default=8)
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = asyncio.run(run(Path(folder), told.engagements, told.in_flight))
    write(MONEY, figures)
    print(figures)


if __name__ == "__main__":
    main()
