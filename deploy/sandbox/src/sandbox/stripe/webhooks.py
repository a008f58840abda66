"""Sending events to the webhook endpoint: signed, at least once, in no promised order, retried with growing delays."""

import asyncio
import hashlib
import hmac
import json
import time
from contextlib import suppress
from dataclasses import dataclass, field

import aiohttp

from sandbox.stripe.api import StripeApi
from sandbox.stripe.events import with_pending

_POLL_S = 0.1
_AT_ONCE = 8
_TIMEOUT = aiohttp.ClientTimeout(total=10)
_FIRST_DELAY_S, _LONGEST_DELAY_S = 0.5, 30.0


def sign(payload: str, secret: str, timestamp: int) -> str:
    """The Stripe-Signature header: https://docs.stripe.com/webhooks#verify-manually."""
    digest = hmac.new(secret.encode(), f"{timestamp}.{payload}".encode(), hashlib.sha256).hexdigest()
    return f"t={timestamp},v1={digest}"


@dataclass
class WebhookSender:
    api: StripeApi
    _under_way: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    async def run(self) -> None:
        """Deliver what is due until cancelled."""
        async with aiohttp.ClientSession(timeout=_TIMEOUT) as http:
            try:
                while True:
                    self._start_due(http)
                    await asyncio.sleep(_POLL_S)
            finally:
                for task in self._under_way.values():
                    task.cancel()

    def _start_due(self, http: aiohttp.ClientSession) -> None:
        free = _AT_ONCE - len(self._under_way)
        sql = "SELECT event_id, attempts FROM deliveries WHERE state = 'pending' AND due <= ? ORDER BY due LIMIT ?"
        for row in self.api.storage.execute(sql, time.time(), free + len(self._under_way)):
            event_id = row["event_id"]
            if event_id not in self._under_way and len(self._under_way) < _AT_ONCE:
                task = asyncio.create_task(self._deliver(http, event_id, row["attempts"]))
                self._under_way[event_id] = task
                task.add_done_callback(lambda _, event_id=event_id: self._under_way.pop(event_id, None))  # type: ignore[misc]

    async def _deliver(self, http: aiohttp.ClientSession, event_id: str, attempts: int) -> None:
        status: int | None = None
        outcome = "no connection"
        with suppress(aiohttp.ClientError, TimeoutError, OSError):
            status = await self._post(http, event_id)
            outcome = str(status)
        delivered = status is not None and 200 <= status < 300
        delay = min(_FIRST_DELAY_S * 2**attempts, _LONGEST_DELAY_S)
        self.api.storage.execute(
            "UPDATE deliveries SET attempts = attempts + 1, outcome = ?, due = ?, "
            "state = CASE WHEN ? THEN 'delivered' WHEN gives_up < ? THEN 'given_up' ELSE 'pending' END WHERE event_id = ?",
            *(outcome, time.time() + delay, delivered, time.time(), event_id),
        )

    async def _post(self, http: aiohttp.ClientSession, event_id: str) -> int:
        platform = self.api.platform()
        found = platform.storage.get_any(event_id)
        if found is None or platform.settings.webhook_url is None:
            raise OSError("nothing to send, or nowhere to send it")
        payload = json.dumps(with_pending(platform, found[1]), indent=2)
        # The receiver checks the signature's age against real time, whatever the sandbox clock says.
        signature = sign(payload, platform.settings.webhook_secret, int(time.time()))
        headers = {
            "Stripe-Signature": signature,
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        }
        async with http.post(platform.settings.webhook_url, data=payload, headers=headers, allow_redirects=False) as response:
            return response.status
