"""Stolen passwords tried from many addresses at many accounts, through the gateway: who is let in, who is not, and what they are told."""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from collections.abc import Awaitable, Callable

from local_platform.market.client import PASSWORD, Answer, Market

ADDRESSES, ACCOUNTS, ATTEMPTS = 20, 3, 240
MOST_COMPARED = 2 * ACCOUNTS * 10  # ten passwords an account are looked at, and ten more should a quarter of an hour end meanwhile


async def log_in(market: Market, address: str, email: str, password: str, **more: str) -> Answer:
    """As a client at this address: the gateway stands behind a proxy that says so."""
    body = {"email": email, "password": password, **more}
    return await market.send("POST", "/v1/auth/login", json=body, headers={"X-Forwarded-For": address})


async def throttled_in_the_end(attempt: Callable[[], Awaitable[Answer]], most: int) -> Answer:
    """The attempt that is told to wait: the first, unless a quarter of an hour has just begun; of so many at most."""
    for _ in range(most - 1):
        answer = await attempt()
        if answer.status == 429:
            return answer
    return await attempt()


async def test_stuffing_gets_nobody_in_and_locks_no_owner_out(market: Market) -> None:
    people = [await market.join(f"Person {number}", "solver") for number in range(ACCOUNTS)]
    device = (await log_in(market, "198.51.100.1", people[0].email, PASSWORD)).body["device_token"]
    network = secrets.randbelow(250)
    places = asyncio.Semaphore(8)

    async def attempt(number: int) -> Answer:
        async with places:
            address = f"10.66.{network}.{number % ADDRESSES}"
            return await log_in(market, address, people[number % ACCOUNTS].email, f"stolen password {number}")

    answers = await asyncio.gather(*(attempt(number) for number in range(ATTEMPTS)))
    told = Counter((answer.status, answer.code) for answer in answers)
    busy = (503, "chassis.busy"), (503, "gateway.busy")
    assert set(told) <= {(401, "identity.credentials.invalid"), (429, "identity.login.throttled"), *busy}
    assert told[401, "identity.credentials.invalid"] <= MOST_COMPARED
    assert told[429, "identity.login.throttled"] >= ATTEMPTS - MOST_COMPARED - sum(told[code] for code in busy)
    throttled = next(answer for answer in answers if answer.status == 429)
    assert 0 < int(throttled.headers["Retry-After"]) <= 900

    stranger = await throttled_in_the_end(lambda: log_in(market, "198.51.100.2", people[0].email, "stolen password again"), most=11)
    nobody = await throttled_in_the_end(lambda: log_in(market, f"10.67.{network}.1", "nobody@example.org", "stolen password"), most=25)
    assert (stranger.status, stranger.code) == (nobody.status, nobody.code) == (429, "identity.login.throttled")
    assert stranger.body["detail"] == nobody.body["detail"], "whether there is an account is not told"
    owner = await log_in(market, "198.51.100.1", people[0].email, PASSWORD, device_token=device)
    assert owner.status == 200, "a device that the account knows"
    assert (await people[1].get("/v1/me"))["email"] == people[1].email, "who is in stays in"
