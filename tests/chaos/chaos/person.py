"""A person at the gateway who does not give up: the same request with the same key again, until it is answered."""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from chaos.history import History
from local_platform.market.client import PASSWORD

_COME_BACK = frozenset({429, 502, 503, 504})
_IN_PROGRESS = "gateway.idempotency_key.in_progress"  # the first of two requests is still being worked on
_PAUSE_S = 0.4
_FIRST_LOOK_S, _LONGEST_LOOK_S = 0.2, 2.0

Fact = tuple[str, str, str]  # an event's type, and the value of one of its fields


class GaveUp(Exception):
    """The platform did not do what it promised in the time there was."""


@dataclass
class Street:
    """What all people of a run share."""

    http: aiohttp.ClientSession
    gateway_urls: Sequence[str]
    sandbox_url: str
    history: History
    give_up_at: float  # monotonic

    def check_time(self, what: str) -> None:
        if time.monotonic() > self.give_up_at:
            self.history.add("given_up", action=what)
            raise GaveUp(what)

    async def wait_for(self, condition: Callable[[], Coroutine[Any, Any, Any]], what: str) -> Any:
        """What `condition` gives once it is truthy."""
        pause = _FIRST_LOOK_S
        while not (found := await condition()):
            self.check_time(f"waiting for {what}")
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, _LONGEST_LOOK_S)
        return found


@dataclass
class Person:
    street: Street
    name: str
    chance: random.Random
    id: str = ""
    access_token: str = ""
    told: dict[str, int] = field(default_factory=dict)  # which notifications this person should have got
    _keys: int = 0

    @property
    def email(self) -> str:
        return f"{self.name}@example.com"

    def expect(self, kind: str, times: int = 1) -> None:
        self.told[kind] = self.told.get(kind, 0) + times

    async def get(self, path: str) -> Any:
        return await self.ask("GET", path)

    async def do(self, action: str, path: str, body: Any = None, *, fact: tuple[str, str] | None = None, accept: Sequence[int] = ()) -> Any:
        """A POST with a key of its own. `fact`: the event that tells of it, and which of its fields holds the id in the answer."""
        self._keys += 1
        answer = await self.ask("POST", path, body if body is not None else {}, key=f"{self.name}-{self._keys}", accept=accept)
        facts: list[Fact] = [(fact[0], fact[1], answer["id"])] if fact and answer else []
        self.street.history.add("done", who=self.name, action=action, facts=facts)
        return answer

    async def ask(self, method: str, path: str, body: Any = None, *, key: str | None = None, accept: Sequence[int] = ()) -> Any:
        """The answer's body, whoever of the gateways gives it. `accept`: refusals that are as good as an answer.

        Raises:
            GaveUp: there was none in time, or it was refused for good.
        """
        while True:
            self.street.check_time(f"{method} {path}")
            status, answer = await self._once(method, path, body, key)
            if status and status < 300:
                return answer
            if status == 401 and self.id and not path.startswith("/v1/auth"):
                await self.log_in()
            elif status in accept:
                return None
            elif status in _COME_BACK or not status or (status == 409 and answer["code"] == _IN_PROGRESS):
                await asyncio.sleep(_PAUSE_S * self.chance.uniform(0.5, 1.5))
            elif status >= 500:
                self.street.history.add("refused", action=f"{method} {path}", status=status, error=str(answer)[:300])
                await asyncio.sleep(_PAUSE_S)
            else:
                self.street.history.add("refused", action=f"{method} {path}", status=status, error=str(answer)[:300], who=self.name)
                raise GaveUp(f"{method} {path}: {status}")

    async def _once(self, method: str, path: str, body: Any, key: str | None) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {self.access_token}"} if self.access_token else {}
        if key:
            headers["Idempotency-Key"] = key
        url = self.chance.choice(self.street.gateway_urls) + path
        try:
            async with self.street.http.request(method, url, json=body, headers=headers) as response:
                is_json = response.content_type.endswith("json")
                return response.status, await response.json(content_type=None) if is_json else None
        except (aiohttp.ClientError, TimeoutError, ValueError):
            return 0, None

    async def join(self, *roles: str) -> None:
        """Register, verify by the mailed token, log in."""
        body = {"email": self.email, "password": PASSWORD, "display_name": self.name, "roles": list(roles), "locale": "en"}
        registered = await self.do("register", "/v1/auth/register", body, fact=("identity.user_registered.v1", "user_id"))
        self.id = registered["id"]
        token = await self.street.wait_for(self._mailed_token, f"the verification mail to {self.name}")
        # Of two requests the second may find the token used up: the account says what is so.
        await self.do("verify", "/v1/auth/verify-email", {"token": token}, accept=(400, 401, 404, 409, 410, 422))
        await self.log_in()
        self.street.history.add(
            "read", of="state", subject=f"email of {self.name}", answer=(await self.get("/v1/me"))["email_verified"], expected=True
        )

    async def log_in(self) -> None:
        self.access_token = ""
        tokens = await self.ask("POST", "/v1/auth/login", {"email": self.email, "password": PASSWORD})
        self.access_token = tokens["access_token"]

    async def _mailed_token(self) -> str | None:
        try:
            async with self.street.http.get(f"{self.street.sandbox_url}/_sandbox/mail", params={"to": self.email}) as response:
                mails = (await response.json())["items"]
        except (aiohttp.ClientError, TimeoutError):
            return None
        for mail in mails:
            if found := re.search(r"(?:token|Code): (\S+)", mail["text"]):
                return found.group(1)
        return None
