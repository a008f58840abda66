"""Putting the sandbox together: one aiohttp application, its storage and its two background loops."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from aiohttp import web

from sandbox.clock import Clock
from sandbox.control import Control
from sandbox.dns import NameServer
from sandbox.faults import Faults
from sandbox.oidc import OidcProvider
from sandbox.page import Page
from sandbox.s3.api import S3Api
from sandbox.s3.objects import Objects
from sandbox.sendgrid import SendGridApi
from sandbox.settings import Settings
from sandbox.storage import Storage
from sandbox.stripe import jobs
from sandbox.stripe.api import StripeApi
from sandbox.stripe.hosted import HostedPages
from sandbox.stripe.webhooks import WebhookSender
from sandbox.twilio import TwilioApi

_TICK_S = 0.1


def build(settings: Settings) -> web.Application:
    storage = Storage(settings.data)
    clock, faults = Clock(storage), Faults()
    stripe = StripeApi(storage, clock, settings, faults)
    texts = TwilioApi(storage, clock, faults)
    objects = Objects(settings.data)
    app = web.Application(client_max_size=40 * 1024 * 1024)  # SendGrid takes 30 MB of mail
    app.add_routes(
        [
            web.get("/", Page(stripe).show),
            web.post("/v3/mail/send", SendGridApi(storage, clock, faults).handle),
            web.post("/2010-04-01/Accounts/{account}/Messages.json", texts.create),
            web.get("/2010-04-01/Accounts/{account}/Messages/{message}.json", texts.retrieve),
            *OidcProvider(settings.base_url, clock).routes(),
            *NameServer().routes(),
            *Control(stripe, objects).routes(),
            *S3Api(objects, settings, faults).routes(),
            *HostedPages(stripe).routes(),
            web.route("*", "/v1/{path:.*}", stripe.handle),
        ]
    )
    app.cleanup_ctx.append(_background(storage, stripe))
    return app


def _background(storage: Storage, stripe: StripeApi):  # type: ignore[no-untyped-def]  # aiohttp names the type in a private module
    async def running(_: web.Application) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(_tick(stripe)), asyncio.create_task(WebhookSender(stripe).run())]
        yield
        for task in tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        storage.close()

    return running


async def _tick(stripe: StripeApi) -> None:
    while True:
        jobs.run_due(stripe.platform())
        await asyncio.sleep(_TICK_S)
