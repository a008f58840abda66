"""Stripe's webhooks: passed on as they came, because the signature covers the raw body."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from contracts.payments.commands import ReceiveStripeWebhook
from gateway.problems import malformed
from gateway.rest import validation
from gateway.rest.admission import Admission
from gateway.rest.routes import Auth
from gateway.rpc import Rpc
from gateway.settings import RateClass
from gateway.web.body import read_body
from gateway.web.exchange import REQUEST_ID

PATH = "/v1/webhooks/stripe"


@dataclass(frozen=True, slots=True)
class StripeWebhook:
    """`POST /v1/webhooks/stripe`."""

    rpc: Rpc
    admission: Admission
    body_limit: int
    rpc_timeout_s: float

    async def receive(self, request: web.Request) -> web.Response:
        await self.admission.admit(request, Auth.NONE, RateClass.WEBHOOK)
        signature = request.headers.get("Stripe-Signature")
        if not signature:
            raise malformed("gateway.stripe_signature.missing", "The header Stripe-Signature is missing.")
        raw = await read_body(request, self.body_limit)
        try:
            payload = raw.decode()
        except UnicodeDecodeError:
            raise malformed("gateway.body.not_utf8", "The body is not UTF-8.") from None
        webhook = validation.from_json(ReceiveStripeWebhook, {"payload": payload, "signature": signature})
        await self.rpc.call(webhook, timeout=self.rpc_timeout_s, request_id=request[REQUEST_ID])
        return web.Response(status=204)
