"""The sandbox's own interface, for people and tests: what was received, the clock, faults, health."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sandbox.faults import FaultOrder
from sandbox.s3.objects import Objects
from sandbox.stripe import jobs
from sandbox.stripe.api import StripeApi
from sandbox.stripe.events import with_pending
from sandbox.stripe.ledger import shown
from sandbox.stripe.session import visible

_KINDS = {
    "accounts": "account",
    "balance_transactions": "balance_transaction",
    "charges": "charge",
    "customers": "customer",
    "disputes": "dispute",
    "events": "event",
    "payment_intents": "payment_intent",
    "payouts": "payout",
    "refunds": "refund",
    "transfers": "transfer",
}
Handler = Callable[[web.Request], Awaitable[web.Response]]


class Advance(BaseModel):
    model_config = ConfigDict(extra="forbid")

    seconds: float = Field(gt=0, le=400 * 86_400)


@dataclass(frozen=True)
class Control:
    api: StripeApi
    objects: Objects

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/_sandbox/mail", self._messages("mail")),
            web.get("/_sandbox/sms", self._messages("sms")),
            web.get("/_sandbox/stripe/{kind}", self.stripe_objects),
            web.get("/_sandbox/webhooks", self.webhooks),
            web.post("/_sandbox/reset", self.reset),
            web.get("/_sandbox/clock", self.clock),
            web.post("/_sandbox/clock/advance", self.advance),
            web.get("/_sandbox/faults", self.list_faults),
            web.post("/_sandbox/faults", self.add_fault),
            web.delete("/_sandbox/faults", self.clear_faults),
            web.get("/health/live", self.live),
            web.get("/health/ready", self.ready),
        ]

    def _messages(self, channel: str) -> Handler:
        async def messages(request: web.Request) -> web.Response:
            """What was sent, oldest first; `to` narrows it to one recipient."""
            return web.json_response({"items": self.api.storage.messages(channel, request.query.get("to"))})

        return messages

    async def stripe_objects(self, request: web.Request) -> web.Response:
        """All objects of a kind, of the platform and of every connected account, oldest first."""
        kind = _KINDS.get(request.match_info["kind"])
        if kind is None:
            return web.json_response({"detail": f"one of {', '.join(_KINDS)}"}, status=404)
        platform = self.api.platform()
        accounts = [
            None,
            *(row["account"] for row in platform.storage.execute("SELECT DISTINCT account FROM objects WHERE account IS NOT NULL")),
        ]
        found = [(account, body) for account in accounts for body in platform.storage.find(kind, account, oldest_first=True)]
        found.sort(key=lambda row: platform.storage.position(row[1]["id"]) or 0)
        items = []
        for account, body in found:
            current = with_pending(platform, body) if kind == "event" else shown(platform, body) if kind == "balance_transaction" else body
            items.append(visible(current) | {"sandbox_account": account})
        return web.json_response({"items": items})

    async def webhooks(self, request: web.Request) -> web.Response:
        sql = "SELECT event_id, attempts, state, outcome FROM deliveries ORDER BY rowid"
        return web.json_response({"items": [dict(row) for row in self.api.storage.execute(sql)]})

    async def reset(self, request: web.Request) -> web.Response:
        """Forget everything but the clock."""
        self.api.storage.clear()
        self.objects.clear()
        self.api.faults.clear()
        return web.Response(status=204)

    async def clock(self, request: web.Request) -> web.Response:
        clock = self.api.clock
        return web.json_response({"offset_seconds": clock.offset_seconds, "now": clock.now().isoformat(timespec="milliseconds")})

    async def advance(self, request: web.Request) -> web.Response:
        """Move the clock on; what becomes due at the vendors has happened when this answers."""
        try:
            seconds = Advance.model_validate_json(await request.text()).seconds
        except ValidationError as error:
            return _invalid(error)
        with self.api.storage.transaction():
            self.api.clock.advance(seconds)
        jobs.run_due(self.api.platform())
        return await self.clock(request)

    async def list_faults(self, request: web.Request) -> web.Response:
        return web.json_response({"items": self.api.faults.pending()})

    async def add_fault(self, request: web.Request) -> web.Response:
        try:
            self.api.faults.add(FaultOrder.model_validate_json(await request.text()))
        except ValidationError as error:
            return _invalid(error)
        return web.json_response({"items": self.api.faults.pending()}, status=201)

    async def clear_faults(self, request: web.Request) -> web.Response:
        self.api.faults.clear()
        return web.Response(status=204)

    async def live(self, request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def ready(self, request: web.Request) -> web.Response:
        self.api.storage.execute("SELECT 1")
        return web.json_response({"status": "ok"})


def _invalid(error: ValidationError) -> web.Response:
    return web.json_response({"errors": error.errors(include_url=False, include_context=False, include_input=False)}, status=422)
