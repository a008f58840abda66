"""`make bench`: starts a platform of its own, measures, and writes docs/benchmarks.md."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pymongo
import uvloop
from document import PLATFORM, when_and_where, write
from load import TURNS, Latencies, by_turns, closed_loop
from processes import cpu_seconds, memory_mb, shares, start_up_seconds
from wire import StockRpcClient

from local_platform.launch import SERVICES
from local_platform.market.client import Market, Person, wait_for
from local_platform.market.journey import Journey
from local_platform.platform import Platform
from local_platform.ports import free_port

BASELINES = Path(__file__).parent / "baselines"
IN_FLIGHT = (1, 16, 64)
SECONDS = float(os.environ.get("BENCH_SECONDS", "6"))
CHAT_MESSAGES = 300
SOLVERS, CHALLENGES = 20, 15


@contextmanager
def program(script: str, **env: str):
    """A baseline as a process of its own."""
    child = subprocess.Popen([sys.executable, BASELINES / script], env={**os.environ, **env}, stdout=subprocess.PIPE, text=True)
    try:
        yield child
    finally:
        child.terminate()
        child.wait(timeout=20)


async def measure_reads(platform: Platform, person: Person, challenge_id: str) -> tuple[list[str], dict[int, float], str]:
    """GET of one challenge, a bare RPC with one find and bare aiohttp, in turn at each concurrency."""
    rows, ratios = [], {}
    http_port = free_port()
    urls = {"BARE_AMQP_URL": platform.infrastructure.amqp_url, "BARE_MONGO_URL": platform.infrastructure.mongo_url}
    with program("bare_rpc.py", **urls) as bare, program("bare_http.py", BARE_HTTP_PORT=str(http_port)):
        await asyncio.to_thread(bare.stdout.readline)
        stock = await StockRpcClient.connect(platform.infrastructure.amqp_url)
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
            await wait_for(lambda: _answers(http, f"http://127.0.0.1:{http_port}/constant"), "bare aiohttp")
            read = _get(http, f"{platform.gateway_urls[0]}/v1/challenges/{challenge_id}", person.access_token)
            constant = _get(http, f"http://127.0.0.1:{http_port}/constant")

            async def bare_rpc() -> None:
                await stock.call("bare", "find", challenge_id)

            for in_flight in IN_FLIGHT:
                ours, rpc, plain = await by_turns([read, bare_rpc, constant], in_flight, SECONDS)
                ratios[in_flight] = ours.rate / rpc.rate
                rows += [
                    f"| GET /v1/challenges/{{id}} | {in_flight} | {ours.row()} |",
                    f"| bare nameko RPC, one find | {in_flight} | {rpc.row()} |",
                    f"| bare aiohttp | {in_flight} | {plain.row()} |",
                ]
            before = cpu_seconds(platform)
            await closed_loop(read, IN_FLIGHT[-1], SECONDS)
            cpu = shares(before, cpu_seconds(platform))
        await stock.close()
    return rows, ratios, cpu


async def _answers(http: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with http.get(url) as response:
            return response.status == 200
    except aiohttp.ClientError:
        return False


def _get(http: aiohttp.ClientSession, url: str, token: str = ""):
    headers = {"Authorization": f"Bearer {token}"} if token else {}

    async def ask() -> None:
        async with http.get(url, headers=headers) as response:
            body = await response.read()
            if response.status != 200:
                raise RuntimeError(f"{url} answered {response.status}: {body[:200]!r}")

    return ask


async def measure_applications(market: Market, journey: Journey) -> Latencies:
    """The write path: 20 people apply to 15 challenges each (a person may have 20 pending), 16 at once, spread over the challenges."""
    solvers = await asyncio.gather(*(market.join(f"Solver {number}", "solver") for number in range(SOLVERS)))
    challenges = [await _published(journey, number) for number in range(CHALLENGES)]
    waiting = iter([(solvers[(first + turn) % SOLVERS], challenges[first]) for turn in range(SOLVERS) for first in range(CHALLENGES)])
    body = {"proposal": "I would do it.", "timeline_days": 5, "budget": {"amount_minor": 100000, "currency": "EUR"}}
    values: list[float] = []

    async def worker() -> None:
        for solver, challenge_id in waiting:
            sent = time.perf_counter()
            await solver.post(f"/v1/challenges/{challenge_id}/applications", body, expect=201)
            values.append(time.perf_counter() - sent)

    began = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(16)))
    return Latencies(values, time.perf_counter() - began)


async def _published(journey: Journey, number: int) -> str:
    draft = {
        "title": f"Benchmark challenge {number}",
        "description": "One of many.",
        "category": "other",
        "difficulty": "beginner",
        "reward": {"kind": "fixed", "amount": {"amount_minor": 100000, "currency": "EUR"}},
        "deadline": "2099-01-01T00:00:00Z",
    }
    created = (await journey.challenger.post("/v1/challenges", draft, expect=201)).body
    await journey.challenger.post(f"/v1/challenges/{created['id']}/publish", expect=200)
    return str(created["id"])


async def measure_chat(journey: Journey) -> Latencies:
    """Twenty messages a second from a socket on one gateway to a socket on the other: from the send to the screen."""
    values: list[float] = []
    arrived: asyncio.Queue[tuple[str, float]] = asyncio.Queue()

    def note(event: str, data: object) -> None:
        if event == "message.created":
            arrived.put_nowait((str(data), time.perf_counter()))

    journey.solver.listener = note
    began = time.perf_counter()
    for number in range(CHAT_MESSAGES):
        key = f"bench-{number}"
        sent = time.perf_counter()
        await journey.challenger.emit("message.send", {"conversation_id": journey.conversation, "client_message_id": key, "text": key})
        text, at = await asyncio.wait_for(arrived.get(), 10)
        assert key in text, f"{key} expected, {text} came"
        values.append(at - sent)
        await asyncio.sleep(max(0.0, began + (number + 1) / 20 - time.perf_counter()))
    journey.solver.listener = None
    return Latencies(values, time.perf_counter() - began)


def _quiet(platform: Platform) -> bool:
    """Whether every event is published and every mail sent: what follows is measured in a steady state."""
    with pymongo.MongoClient(platform.infrastructure.mongo_url) as client:
        pending = any(client[name]["outbox"].count_documents({"pending": True}) for name in SERVICES)
        return not pending and not client["notifications"]["mails"].count_documents({"waiting": True})


async def settle(platform: Platform) -> None:
    await wait_for(lambda: asyncio.to_thread(_quiet, platform), "every event to be published and every mail sent", within=120)


def event_latencies(platform: Platform, since: datetime) -> list[float]:
    """Seconds from the commit's time stamp in an outbox to the inbox record of each handler, over all services, of events since then."""
    values = []
    with pymongo.MongoClient(platform.infrastructure.mongo_url, tz_aware=True) as client:
        emitted = {
            row["_id"]: row["time"] for name in SERVICES for row in client[name]["outbox"].find({"time": {"$gte": since}}, {"time": True})
        }
        for name in SERVICES:
            for record in client[name]["inbox"].find():
                moment = emitted.get(record["_id"].rpartition("/")[2])
                if moment is not None:
                    values.append((record["handled_at"] - moment).total_seconds())
    return values


def database_alone(platform: Platform, challenge_id: str) -> tuple[Latencies, Latencies]:
    """A find_one by _id and a transaction of two inserts straight at the database, one at a time: its share of our figures."""
    with pymongo.MongoClient(platform.infrastructure.mongo_url, w="majority", journal=True) as client:
        challenges, scratch = client["challenges"]["challenges"], client["bench"]["scratch"]

        def transaction() -> None:
            with client.start_session() as session, session.start_transaction():
                scratch.insert_one({"what": "state"}, session=session)
                scratch.insert_one({"what": "outbox"}, session=session)

        return _one_at_a_time(lambda: challenges.find_one({"_id": challenge_id}), 2000), _one_at_a_time(transaction, 300)


def _one_at_a_time(work: Callable[[], object], times: int) -> Latencies:
    values = []
    began = time.perf_counter()
    for _ in range(times):
        sent = time.perf_counter()
        work()
        values.append(time.perf_counter() - sent)
    return Latencies(values, time.perf_counter() - began)


async def run(platform: Platform) -> str:
    async with Market(platform.gateway_urls, platform.sandbox_url, patience=30) as market:
        journey = Journey(market)
        for step in journey.steps():
            if step == journey.first_milestone:
                break
            await step()
        await settle(platform)
        print("reads", flush=True)
        reads, ratios, cpu = await measure_reads(platform, journey.challenger, journey.challenge_id)
        print("\n".join(reads), flush=True)
        alone, transaction = await asyncio.to_thread(database_alone, platform, journey.challenge_id)
        print("applications", flush=True)
        burst_began = datetime.now(UTC)
        applications = await measure_applications(market, journey)
        await settle(platform)
        burst = Latencies(await asyncio.to_thread(event_latencies, platform, burst_began), 1.0)
        print("chat", flush=True)
        chat_began = datetime.now(UTC)
        chat = await measure_chat(journey)
        await settle(platform)
        events = Latencies(await asyncio.to_thread(event_latencies, platform, chat_began), 1.0)
    memory = memory_mb(platform)
    print("start-up", flush=True)
    return report(reads, ratios, cpu, alone, transaction, applications, burst, chat, events, memory, start_up_seconds(platform))


def report(reads, ratios, cpu, alone, transaction, applications, burst, chat, events, memory, start_up) -> str:
    ratio_row = " · ".join(f"{in_flight} in flight: {ratio:.2f}" for in_flight, ratio in ratios.items())
    process_rows = [f"| {name} | {memory[name]:.0f} | {f'{start_up[name]:.2f}' if name in start_up else '—'} |" for name in memory]
    lines = [
        "# Benchmarks",
        "",
        f"Written by `make bench` on {when_and_where()};",
        "everything, the load included, on one machine. Single figures swing by some 20 % between runs; the ratios hold better.",
        "",
        "## One-hop read",
        "",
        f"Client, gateway, broker, service and database share the cores. `BENCH_SECONDS={SECONDS:g}` a row, in {TURNS} parts that",
        "take turns with the other rows' of the same load; the first fifth of each is not counted.",
        "",
        "| what | in flight | per second | p50 ms | p95 ms | p99 ms |",
        "|---|---|---|---|---|---|",
        *reads,
        "",
        f"GET against the bare nameko RPC in the same run (aim: at least 0.6): **{ratio_row}**.",
        "",
        f"CPU of the platform's processes during the read at 64 in flight: {cpu}. The embedded database alone",
        f"answers `find_one` by `_id` in {alone.percentile(50):.2f} ms (p50), {alone.percentile(99):.2f} ms (p99):",
        "that much of each read is its share.",
        "",
        "## Writes, chat, events",
        "",
        "| what | per second | p50 ms | p95 ms | p99 ms |",
        "|---|---|---|---|---|",
        f"| POST …/applications, 16 in flight | {applications.row()} |",
        f"| chat, send on gateway 1 to screen on gateway 2, 20 a second (aim: p95 < 50 ms) | {chat.row()} |",
        f"| event, commit to handler, during the chat ({len(events.values):,} handled; aim: p50 ≤ 20, p99 ≤ 100 ms) | "
        f"— | {events.percentile(50):.0f} | {events.percentile(95):.0f} | {events.percentile(99):.0f} |",
        f"| the same during the burst of applications, all for one challenger ({len(burst.values):,} handled) | "
        f"— | {burst.percentile(50):.0f} | {burst.percentile(95):.0f} | {burst.percentile(99):.0f} |",
        "",
        "Events are timed from the outbox row's time stamp (taken just before the commit) to the inbox record's, at millisecond",
        "resolution. An application costs several transactions in all: its own, the notification's, and those of the mail.",
        "Of a write, the embedded database's part is at least its transaction:",
        f"alone, one of two inserts takes {transaction.percentile(50):.1f} ms (p50), {transaction.percentile(99):.1f} ms (p99).",
        "",
        "## Processes",
        "",
        "| process | memory MB | start-up s |",
        "|---|---|---|",
        *process_rows,
        "",
    ]
    return "\n".join(lines)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="openchance-bench-") as folder:
        print("starting a platform", flush=True)
        platform = Platform(Path(folder), gateways=2, environment={"GATEWAY_RATE_LIMITS_ENABLED": "false"})
        platform.start()
        try:
            text = uvloop.run(run(platform))
        finally:
            platform.stop()
    write(PLATFORM, text)
    print(text)


if __name__ == "__main__":
    main()
