"""`make bench-identity`: stuffs credentials, floods with sign-ups, times logins and tokens, and writes it into docs/benchmarks.md."""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pymongo
import uvloop
from crowd import LOG_IN, OK, PASSWORD, REGISTER, Gateway, Others, Resident, logins_in_flight, paced, residents
from document import IDENTITY, when_and_where, write
from load import Latencies

from chassis.clock import SystemClock
from chassis.ended_sessions import EndedSessions
from chassis.principal import PrincipalVerifier
from local_platform.platform import Platform
from local_platform.tokens import TestTokens

ATTEMPTS = int(os.environ.get("STUFFING_ATTEMPTS", "10000"))
RATE = float(os.environ.get("STUFFING_RATE", "200"))  # a second: what the gateway lets through of 100 addresses in the long run
SECONDS = float(os.environ.get("BENCH_SECONDS", "30"))
ADDRESSES = ACCOUNTS = 100
OTHERS = 40
IN_FLIGHT = (1, 4, 16)
TOKENS = 2000
WINDOW_S = 900  # identity counts by the quarter of an hour: an attack across its end would be counted twice


@dataclass(frozen=True)
class Attack:
    """How it was answered, and what others noticed meanwhile."""

    answers: Counter[str]
    seconds: float
    others: Others

    @property
    def answered(self) -> str:
        return " · ".join(f"{told}: {number:,}" for told, number in self.answers.most_common())


async def stuff(gateway: Gateway, victims: list[Resident], people: list[Resident], *, network: int = 203, devices: bool = False) -> Attack:
    """Each attempt from the next address, at the next account, as lists of stolen passwords are tried; with made-up `devices` or none."""
    answers: Counter[str] = Counter()

    async def attempt(number: int) -> None:
        email = victims[number // ADDRESSES % len(victims)].email
        device = {"device_token": f"made up {number}"} if devices else {}
        told, _ = await gateway.post(
            _attacker(network, number), LOG_IN, {"email": email, "password": f"stolen password {number}", **device}
        )
        answers[told] += 1

    return await _beside(people, attempt, answers)


async def noise(gateway: Gateway, people: list[Resident]) -> Others:
    """What others notice of as many requests that mean nothing: the gateway refuses them and asks nobody."""
    others = Others(people)

    async def nothing(number: int) -> None:
        await gateway.post(_attacker(192, number), LOG_IN, {})

    await others.beside(paced(nothing, RATE, int(RATE * SECONDS)))
    return others


async def flood(gateway: Gateway, people: list[Resident]) -> tuple[Attack, list[int]]:
    """Sign-ups from as many addresses; and how often honest newcomers, one a second, had to ask until they were in (0: never)."""
    answers: Counter[str] = Counter()
    newcomers: list[asyncio.Task[int]] = []

    async def sign_up(number: int) -> None:
        if number % max(1, int(RATE)) == 0:
            newcomers.append(asyncio.create_task(_newcomer(gateway, len(newcomers))))
        told, _ = await gateway.post(_attacker(198, number), REGISTER, _form(f"bot{number}@example.org"))
        answers[told] += 1

    attack = await _beside(people, sign_up, answers)
    return attack, list(await asyncio.gather(*newcomers))


async def _newcomer(gateway: Gateway, number: int) -> int:
    for tries in range(1, 31):
        told, answer = await gateway.post(f"10.9.{number // 250}.{number % 250 + 1}", REGISTER, _form(f"newcomer{number}@example.org"))
        if told == "201":
            return tries
        await asyncio.sleep(answer.get("retry_after_s") or 1)
    return 0


def _attacker(network: int, number: int) -> str:
    return f"{network}.0.113.{number % ADDRESSES + 1}"


def _form(email: str) -> dict[str, object]:
    return {"email": email, "password": PASSWORD, "display_name": "Newcomer", "roles": ["solver"]}


async def _beside(people: list[Resident], ask: Callable, answers: Counter[str]) -> Attack:
    left = WINDOW_S - time.time() % WINDOW_S
    if left < 3 * ATTEMPTS / RATE:
        print(f"waiting {left:.0f} s for the next window of the counters", flush=True)
        await asyncio.sleep(left + 1)
    others = Others(people)
    seconds = 0.0

    async def attack() -> None:
        nonlocal seconds
        seconds = await paced(ask, RATE, ATTEMPTS)

    await others.beside(attack())
    return Attack(answers, seconds, others)


async def reads_during_logins(people: list[Resident]) -> tuple[float, float]:
    """The reads' p95 alone and while sixteen logins are in flight, in milliseconds."""
    half = len(people) // 2
    alone, beside = (Others(people[:half], logins_a_second=0) for _ in range(2))
    await alone.beside(asyncio.sleep(SECONDS / 2))
    await beside.beside(logins_in_flight(people[half:], 16, SECONDS / 2))
    return tuple(Latencies(others.reads, 1.0).percentile(95) for others in (alone, beside))


def _settle(platform: Platform) -> None:
    """What the sign-ups left to do, their mails above all, is not measured with what follows."""
    with pymongo.MongoClient(platform.infrastructure.mongo_url) as client:
        give_up = time.monotonic() + 300
        while client["identity"]["outbox"].count_documents({"pending": True}) or client["notifications"]["mails"].count_documents(
            {"waiting": True}
        ):
            if time.monotonic() > give_up:
                raise RuntimeError("the mails of the sign-ups did not go out within five minutes")
            time.sleep(0.5)


def verification(platform: Platform) -> tuple[float, float, float]:
    """Microseconds for a token: never seen, seen before, and seen before with the look whether its session goes on (as a service does)."""
    tokens = TestTokens(platform.secrets.signing_key)
    verifier = PrincipalVerifier(platform.secrets.jwks, SystemClock())
    issued = [tokens.issue(f"user_{number}") for number in range(TOKENS)]
    with pymongo.MongoClient(platform.infrastructure.mongo_url, tz_aware=True) as client:
        ended = EndedSessions(client["identity"], SystemClock())
        ended.refresh()
        cold = _microseconds(lambda token: verifier.verify(token), issued)
        seen = _microseconds(lambda token: verifier.verify(token), issued * 10)
        service = _microseconds(lambda token: ended.refuse(verifier.verify(token)), issued * 10)
    return cold, seen, service


def _microseconds(work: Callable[[str], object], tokens: list[str]) -> float:
    began = time.perf_counter()
    for token in tokens:
        work(token)
    return (time.perf_counter() - began) / len(tokens) * 1e6


async def run(platform: Platform) -> str:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=35)) as http:
        gateway = Gateway(http, platform.gateway_urls[0])
        print("people move in", flush=True)
        victims = await residents(gateway, "victim", ACCOUNTS, "10.1")
        people = await residents(gateway, "other", OTHERS, "10.2")
        print("calm", flush=True)
        calm = Others(people)
        await calm.beside(asyncio.sleep(SECONDS))
        print("noise", flush=True)
        noisy = await noise(gateway, people)
        print("stuffing", flush=True)
        stuffing = await stuff(gateway, victims, people)
        print(stuffing.answered, flush=True)
        owners = Counter([await victim.log_in() for victim in victims])
        strangers = Counter([await victim.log_in(known=False) for victim in victims])
        print("stuffing with made-up devices", flush=True)
        invented = await stuff(gateway, victims, people, network=204, devices=True)
        print(invented.answered, flush=True)
        print("sign-ups", flush=True)
        burst, newcomers = await flood(gateway, people)
        print(burst.answered, flush=True)
        await asyncio.to_thread(_settle, platform)
        print("logins", flush=True)
        logins = {in_flight: await logins_in_flight(people, in_flight, SECONDS / 2) for in_flight in IN_FLIGHT}
        alone, beside = await reads_during_logins(people)
    return report(calm, noisy, stuffing, invented, owners, strangers, burst, newcomers, logins, alone, beside, verification(platform))


def report(calm, noisy, stuffing, invented, owners, strangers, burst, newcomers, logins, alone, beside, verified) -> str:
    cold, seen, service = verified
    got_in = stuffing.answers[OK] + invented.answers[OK]
    lines = [
        "## Identity under attack",
        "",
        f"Written by `make bench-identity` on {when_and_where()};",
        "everything, the attacker included, on one machine, with the limits of production.",
        "",
        f"**Credential stuffing**: {ATTEMPTS:,} attempts from {ADDRESSES} addresses at {ACCOUNTS} accounts, {RATE:g} a second for",
        f"{stuffing.seconds:.0f} s. **{got_in} got in.** Answers: {stuffing.answered}.",
        f"The same from other addresses with made-up device tokens: {invented.answered}.",
        f"Afterwards {owners[OK]} of {ACCOUNTS} owners got in from a device they had used before; from a new one {strangers[OK]} did,",
        "the others are told to wait, and may reset the password by mail.",
        "",
        f"**Sign-ups**: {ATTEMPTS:,} from {ADDRESSES} addresses, {RATE:g} a second for {burst.seconds:.0f} s. Answers: {burst.answered}.",
        f"Of {len(newcomers)} honest newcomers meanwhile, one a second from addresses of their own, {sum(map(bool, newcomers))} got in, "
        f"{newcomers.count(1)} at the first try; the slowest asked {max(newcomers, default=0)} times.",
        "",
        f"What {OTHERS} other people noticed, who read 20 times and log in twice a second from known devices:",
        "",
        "| | reads p95 ms | ratio to calm | logins p95 ms | ratio to calm | refused |",
        "|---|---|---|---|---|---|",
        _others_row("calm", calm, calm),
        _others_row(f"during {RATE:g} requests a second that the gateway refuses unread", noisy, calm),
        _others_row("during the stuffing", stuffing.others, calm),
        _others_row("during the stuffing, each attempt with a made-up device token", invented.others, calm),
        _others_row("during the sign-ups", burst.others, calm),
        "",
        "## Logins and tokens",
        "",
        "A login hashes with argon2id (19 MiB, two passes), two at once in the whole process; these come from known devices.",
        "",
        "| logins in flight | per second | p50 ms | p95 ms | p99 ms | refused |",
        "|---|---|---|---|---|---|",
        *(f"| {in_flight} | {latencies.row()} | {refused} |" for in_flight, (latencies, refused) in logins.items()),
        "",
        f"Reads' p95 alone {alone:.1f} ms, while 16 logins are in flight {beside:.1f} ms: **ratio {beside / alone:.2f}**.",
        "",
        f"Verifying an access token (Ed25519, claims, roles), in the gateway and again in the service: {cold:.0f} µs the first time,",
        f"{seen:.1f} µs when seen before; a service that also looks whether the session goes on: {service:.1f} µs.",
    ]
    return "\n".join(lines)


def _others_row(what: str, others: Others, calm: Others) -> str:
    (reads, logins), (calm_reads, calm_logins) = others.p95(), calm.p95()
    refused = ", ".join(f"{told}: {number}" for told, number in others.refused.items()) or "none"
    return f"| {what} | {reads:.1f} | {reads / calm_reads:.2f} | {logins:.1f} | {logins / calm_logins:.2f} | {refused} |"


def main() -> None:
    limits = {
        "GATEWAY_TRUSTED_PROXIES": "1",
        "IDENTITY_SIGN_UPS_PER_ADDRESS": "30",
        "IDENTITY_STRANGERS_REST": "2",
        "GATEWAY_RATE_LIMITS": "",
    }
    with tempfile.TemporaryDirectory(prefix="openchance-identity-") as folder:
        print("starting a platform", flush=True)
        platform = Platform(Path(folder), gateways=1, environment=limits)
        platform.start()
        try:
            figures = uvloop.run(run(platform))
        finally:
            platform.stop()
    write(IDENTITY, figures)
    print(figures)


if __name__ == "__main__":
    main()
