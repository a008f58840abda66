"""A person at the gateway: HTTP and Socket.IO as a well-behaved client uses them (idempotency keys, retries of 503)."""

from __future__ import annotations

import asyncio
import contextlib
import re
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import aiohttp
import socketio

T = TypeVar("T")
PASSWORD = "a long pass phrase for the demo"  # noqa: S105 - demo accounts on one's own machine
_GOODBYE_S = 5.0
_TRY_AGAIN = frozenset({429, 502, 503, 504})
_IN_PROGRESS = "gateway.idempotency_key.in_progress"  # the same request was sent before, and a gateway died over it


class Unexpected(AssertionError):
    """The platform answered otherwise than it should have."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer; `body` is parsed JSON, or None."""

    status: int
    body: Any
    headers: Mapping[str, str]  # names in any case

    @property
    def code(self) -> str | None:
        """The problem's code, when it is one."""
        return self.body.get("code") if isinstance(self.body, dict) else None


async def wait_for(condition: Callable[[], Awaitable[T]], what: str, within: float = 60.0) -> T:
    """Ask again until the answer is truthy; gives it back.

    Raises:
        Unexpected: it was not, in time.
    """
    give_up = time.monotonic() + within
    pause = 0.02
    while True:
        found = await condition()
        if found:
            return found
        if time.monotonic() > give_up:
            raise Unexpected(f"waited {within:.0f} s in vain for {what}; last seen: {found!r}")
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, 0.5)


@dataclass
class Market:
    """The platform's addresses. `patience` is how long, in seconds, a request is repeated while the platform says 503 or is away."""

    gateway_urls: Sequence[str]
    sandbox_url: str
    patience: float = 0.0
    _http: aiohttp.ClientSession | None = None
    _people: list[Person] = field(default_factory=list)

    async def __aenter__(self) -> Market:
        self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=35))
        return self

    async def __aexit__(self, *exc: object) -> None:
        for person in self._people:
            await person.hang_up()
        await self.http.close()

    @property
    def http(self) -> aiohttp.ClientSession:
        if self._http is None:
            raise RuntimeError("enter the market first")
        return self._http

    async def sandbox(self, path: str, **query: str) -> Any:
        async with self.http.get(self.sandbox_url + path, params=query) as response:
            return await response.json()

    async def send(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        data: bytes | None = None,
        headers: dict[str, str] | None = None,
        gateway: int = 0,
    ) -> Answer:
        """One request; while the platform is away or asks to come back later, again, as long as patience lasts."""
        give_up = time.monotonic() + self.patience
        while True:
            answer = await self._send_once(method, path, json, data, headers or {}, gateway)
            answered = answer is not None and answer.status not in _TRY_AGAIN and answer.code != _IN_PROGRESS
            if answered or time.monotonic() > give_up:
                if answer is None:
                    raise Unexpected(f"{method} {path}: the gateway is away")
                return answer
            await asyncio.sleep(0.2)

    async def _send_once(
        self, method: str, path: str, json: Any, data: bytes | None, headers: dict[str, str], gateway: int
    ) -> Answer | None:
        url = self.gateway_urls[gateway % len(self.gateway_urls)] + path
        try:
            async with self.http.request(method, url, json=json, data=data, headers=headers) as response:
                is_json = response.content_type.endswith("json")
                is_text = response.content_type.startswith("text/")
                body = await (response.json(content_type=None) if is_json else response.text() if is_text else response.read())
                return Answer(response.status, body or None, response.headers.copy())
        except (aiohttp.ClientError, TimeoutError):
            return None

    async def join(self, name: str, *roles: str, locale: str = "en", skills: Sequence[str] = (), gateway: int = 0) -> Person:
        """Register, verify by the mailed token, log in, fill in the profile."""
        person = self.newcomer(name, f"{name.lower().replace(' ', '.')}.{secrets.token_hex(4)}@example.com", gateway)
        self._people.append(person)
        body = {"email": person.email, "password": PASSWORD, "display_name": name, "roles": list(roles), "locale": locale}
        person.id = (await person.post("/v1/auth/register", body, expect=201)).body["id"]
        await person.post("/v1/auth/verify-email", {"token": await self.mailed_token(person.email)}, expect=204)
        await person.log_in()
        if skills:
            await person.request("PATCH", "/v1/me", {"skills": list(skills), "headline": f"{', '.join(skills[:2])} specialist"}, expect=200)
        return person

    def newcomer(self, name: str, email: str, gateway: int) -> Person:
        """Somebody who is not registered yet."""
        return Person(self, name, email, gateway)

    async def mailed_token(self, address: str) -> str:
        """The verification token in the mail that reached this address."""

        async def token() -> str | None:
            for mail in await self.mails(address):
                if found := re.search(r"(?:token|Code): (\S+)", mail["text"]):
                    return found.group(1)
            return None

        return str(await wait_for(token, f"a verification mail to {address}", within=60 + self.patience))

    async def mails(self, address: str) -> list[dict[str, Any]]:
        found = await self.sandbox("/_sandbox/mail", to=address)
        return list(found["items"] if isinstance(found, dict) else found)


@dataclass(eq=False)
class Person:
    """One account: requests in its name, and one socket with all it received."""

    market: Market
    name: str
    email: str
    gateway: int = 0
    id: str = ""
    access_token: str = ""
    refresh_token: str = ""
    received: list[tuple[str, Any]] = field(default_factory=list)
    listener: Callable[[str, Any], None] | None = None  # called with each event as it comes
    _socket: Any = None

    async def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        expect: int | None = None,
        key: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """A request in this person's name.

        Raises:
            Unexpected: the status is not `expect`.
        """
        sent = dict(headers or {})
        if self.access_token:
            sent["Authorization"] = f"Bearer {self.access_token}"
        if key:
            sent["Idempotency-Key"] = key
        answer = await self.market.send(method, path, json=body, headers=sent, gateway=self.gateway)
        if expect is not None and answer.status != expect:
            raise Unexpected(f"{method} {path} answered {answer.status}, not {expect}: {answer.body}")
        return answer

    async def get(self, path: str, expect: int = 200) -> Any:
        return (await self.request("GET", path, expect=expect)).body

    async def post(self, path: str, body: Any = None, *, expect: int | None = None, key: str | None = None) -> Answer:
        """POST with an idempotency key of its own unless one is given, so that a repetition is harmless."""
        return await self.request("POST", path, body if body is not None else {}, expect=expect, key=key or secrets.token_urlsafe(16))

    async def log_in(self) -> None:
        tokens = (await self.post("/v1/auth/login", {"email": self.email, "password": PASSWORD}, expect=200)).body
        self.access_token, self.refresh_token = tokens["access_token"], tokens["refresh_token"]

    async def connect(self) -> None:
        """Open the live connection, as often as it takes while the market has patience; what it brings lands in `received`: (event, data).

        Raises:
            socketio.exceptions.ConnectionError: it was lost again before the gateway had taken it.
        """
        give_up = time.monotonic() + self.market.patience
        while True:
            try:
                return await self._connect_once()
            except socketio.exceptions.ConnectionError:
                await self.hang_up()
                if time.monotonic() > give_up:
                    raise
            await asyncio.sleep(0.2)

    async def _connect_once(self) -> None:
        socket = socketio.AsyncClient(reconnection=True, reconnection_delay=0.2, reconnection_delay_max=1)

        @socket.on("*")  # type: ignore[untyped-decorator]
        async def anything(event: str, data: Any) -> None:
            self.received.append((event, data))
            if self.listener:
                self.listener(event, data)

        url = self.market.gateway_urls[self.gateway % len(self.market.gateway_urls)]
        self._socket = socket  # also one that does not come to be is hung up
        await socket.connect(url, auth={"token": self.access_token}, transports=["websocket"], wait_timeout=5, retry=True)

    async def emit(self, event: str, data: Any, within: float = 10) -> Any:
        """Send over the socket and wait for the acknowledgement; repeated as long as the market's patience lasts."""
        give_up = time.monotonic() + self.market.patience
        while True:
            try:
                acknowledgement = await self._socket.call(event, data, timeout=within)
            except (socketio.exceptions.SocketIOError, TimeoutError):
                acknowledgement = None
            retry = acknowledgement is None or (not acknowledgement["ok"] and acknowledgement["problem"].get("status") in _TRY_AGAIN)
            if not retry:
                return acknowledgement
            if time.monotonic() > give_up:
                raise Unexpected(f"{event} was not acknowledged: {acknowledgement}")
            await asyncio.sleep(0.2)

    def heard(self, event: str) -> list[Any]:
        """The data of all events of this name so far."""
        return [data for name, data in self.received if name == event]

    async def hang_up(self) -> None:
        if self._socket is not None:
            with contextlib.suppress(TimeoutError):  # a client that is being cut may wait for ever for the end of its own reading
                await asyncio.wait_for(self._socket.disconnect(), _GOODBYE_S)
            await self._socket.shutdown()

    async def all_notifications(self) -> list[dict[str, Any]]:
        """Every notification, newest first."""
        items: list[dict[str, Any]] = []
        cursor = ""
        while True:
            page = await self.get(f"/v1/notifications?limit=100{cursor}")
            items += page["items"]
            if page["next_cursor"] is None:
                return items
            cursor = f"&cursor={page['next_cursor']}"
