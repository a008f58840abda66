"""`make bench-reliability`: measures what delivery costs and how soon it heals, and writes docs/reliability.md between its marks."""

from __future__ import annotations

import asyncio
import logging
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import aio_pika
import psutil
import structlog
import uvloop
from document import when_and_where
from load import Latencies

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "contracts" / "chassis" / "tests" / "services"))  # the tiny service that the chassis is tested with

from pipeline import Pipeline, now  # noqa: E402 - it imports that service
from recovery import Recovery, measure_recoveries  # noqa: E402

BACKLOG = int(os.environ.get("BENCH_EVENTS", "20000"))
SUBJECTS = 400
SECONDS = float(os.environ.get("BENCH_SECONDS", "15"))
IDLE_RATE = 10.0
BARE_EVENTS = BACKLOG // 2
IN_FLIGHT = 200
DOCUMENT = ROOT / "docs" / "reliability.md"
BEGIN, END = "<!-- figures: written by make bench-reliability -->", "<!-- end of figures -->"


@dataclass(frozen=True)
class Cost:
    """Of so many events: how many a second, and the CPU time of all processes for one, in milliseconds."""

    what: str
    rate: float
    cpu_ms: float

    def row(self) -> str:
        return f"| {self.what} | {self.rate:,.0f} | {self.cpu_ms:.2f} |"


def fill(pipeline: Pipeline, events: int, name: str) -> None:
    subjects = [f"{name}-{number % SUBJECTS}" for number in range(events)]
    for start in range(0, events, SUBJECTS):
        pipeline.commit(subjects[start : start + SUBJECTS])


def measure_relay(pipeline: Pipeline) -> tuple[float, float]:
    """Of a backlog, the handler's process standing still: events a second through the relay, and its CPU milliseconds an event."""
    pipeline.service.stop()
    fill(pipeline, BACKLOG, "relay")
    relay = pipeline.relays[0]
    relay.start()
    process = psutil.Process(relay.pid)
    marks = [(time.perf_counter(), pipeline.pending(), sum(process.cpu_times()[:2]))]
    while marks[-1][1]:
        time.sleep(0.2)
        marks.append((time.perf_counter(), pipeline.pending(), sum(process.cpu_times()[:2])))
    counted = [mark for mark in marks if 0.05 * BACKLOG <= mark[1] <= 0.95 * BACKLOG]
    (began, most, cpu_before), (ended, least, cpu_after) = counted[0], counted[-1]
    pipeline.service.start()
    pipeline.until_handled(BACKLOG)
    return (most - least) / (ended - began), (cpu_after - cpu_before) / (most - least) * 1000


def measure_capacity(pipeline: Pipeline, events: int) -> Cost:
    """Commit, relay and handler at once, as fast as it goes."""
    before, cpu, began = pipeline.handled(), pipeline.cpu_seconds(), time.perf_counter()
    for number in range(events):
        pipeline.commit([f"capacity-{number % SUBJECTS}"])
    pipeline.until_handled(before + events)
    elapsed = time.perf_counter() - began
    return Cost("unit of work with outbox → relay → handler with inbox", events / elapsed, (pipeline.cpu_seconds() - cpu) / events * 1000)


def measure_latency(pipeline: Pipeline, rate: float) -> Latencies:
    """So many commits a second, evenly; from each commit to its handler."""
    since, before, began = now(), pipeline.handled(), time.perf_counter()
    events = int(rate * SECONDS)
    for number in range(events):
        time.sleep(max(0.0, began + number / rate - time.perf_counter()))
        pipeline.commit([f"latency-{number % SUBJECTS}"])
    elapsed = time.perf_counter() - began
    pipeline.until_handled(before + events)
    return Latencies(pipeline.latencies(since), elapsed)


async def measure_bare(pipeline: Pipeline) -> Cost:
    """The same broker, the same kind of queue, confirmed publishes: no database at either end."""
    child = subprocess.Popen(  # noqa: ASYNC220 - nothing else waits yet
        [sys.executable, Path(__file__).parent / "baselines" / "bare_consumer.py"],
        env={**os.environ, "BARE_AMQP_URL": pipeline.broker.url},
        stdout=subprocess.PIPE,
        text=True,
    )
    await asyncio.to_thread(child.stdout.readline)
    consumer = psutil.Process(child.pid)
    async with await aio_pika.connect(pipeline.broker.url) as connection:
        channel = await connection.channel(publisher_confirms=True)
        window = asyncio.Semaphore(IN_FLIGHT)
        message = aio_pika.Message(b'{"name":"Ada","fails":0}', delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
        queue = await channel.declare_queue("bare", passive=True)

        async def publish() -> None:
            async with window:
                await channel.default_exchange.publish(message, "bare")

        cpu, began = pipeline.cpu_seconds() + sum(consumer.cpu_times()[:2]), time.perf_counter()
        await asyncio.gather(*(publish() for _ in range(BARE_EVENTS)))
        while (await channel.declare_queue("bare", passive=True)).declaration_result.message_count:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        elapsed = time.perf_counter() - began
        used = pipeline.cpu_seconds() + sum(consumer.cpu_times()[:2]) - cpu
        child.terminate()
        await asyncio.to_thread(child.wait)
        await queue.delete(if_empty=False, if_unused=False)
    return Cost("bare confirmed publish → bare consumer", BARE_EVENTS / elapsed, used / BARE_EVENTS * 1000)


def run(pipeline: Pipeline) -> str:
    print("relay", flush=True)
    relay_rate, relay_cpu = measure_relay(pipeline)
    print(f"{relay_rate:,.0f}/s, {relay_cpu:.2f} ms CPU an event", flush=True)
    pipeline.relays[1].start()
    print("capacity", flush=True)
    ours = measure_capacity(pipeline, BACKLOG // 5)
    bare = uvloop.run(measure_bare(pipeline))
    print(ours.row(), bare.row(), sep="\n", flush=True)
    print("latency", flush=True)
    idle, half = measure_latency(pipeline, IDLE_RATE), measure_latency(pipeline, ours.rate / 2)
    print(idle.row(), half.row(), sep="\n", flush=True)
    print("recovery", flush=True)
    recoveries = uvloop.run(measure_recoveries(pipeline))
    return report(relay_rate, relay_cpu, ours, bare, idle, half, recoveries)


def report(
    relay_rate: float, relay_cpu: float, ours: Cost, bare: Cost, idle: Latencies, half: Latencies, recoveries: list[Recovery]
) -> str:
    lines = [
        f"Measured on {when_and_where()};",
        "broker, embedded database, relay, service and load on one machine. Single figures swing by some 20 % between runs.",
        "",
        f"**Relay** (aim: at least 2,000 a second): **{relay_rate:,.0f} events a second** out of a backlog of {BACKLOG:,}",
        f"of {SUBJECTS} subjects, confirmed by a quorum queue and marked as sent; {relay_cpu:.2f} ms of the relay's CPU an event.",
        "",
        "| from commit to handler | a second | p50 ms | p95 ms | p99 ms |",
        "|---|---|---|---|---|",
        f"| nearly idle (aim: p50 ≤ 20, p99 ≤ 100) | {idle.row()} |",
        f"| at half capacity (aim: p50 ≤ 20, p99 ≤ 100) | {half.row()} |",
        "",
        "| what an event costs | a second | CPU ms, all processes |",
        "|---|---|---|",
        ours.row(),
        bare.row(),
        "",
        f"Two transactions, a publish and the marking of a row take {ours.cpu_ms / bare.cpu_ms:.1f} times the CPU of a bare publish,",
        "the database's part included.",
        "",
        "| fault | first call answered, s | first event handled, s |",
        "|---|---|---|",
        *(recovery.row() for recovery in recoveries),
        "",
        "Of a server the clock starts when it answers again (aim: at most 5 s), of a process at its end: a service's own start is",
        "in its figure, and a killed relay's lease runs out after 5 s. The event is one that was committed after that moment.",
    ]
    return "\n".join(lines)


def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))  # outages are meant
    with tempfile.TemporaryDirectory(prefix="openchance-reliability-") as folder:
        pipeline = Pipeline(Path(folder))
        pipeline.start()
        try:
            figures = run(pipeline)
        finally:
            pipeline.stop()
    text = DOCUMENT.read_text()
    before, after = text.partition(BEGIN)[0], text.partition(END)[2]
    DOCUMENT.write_text(f"{before}{BEGIN}\n{figures}\n{END}{after}")
    print(figures)


if __name__ == "__main__":
    main()
