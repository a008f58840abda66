"""The aiohttp application: the only place where the parts of the gateway meet."""

from __future__ import annotations

from collections.abc import AsyncIterator

from aiohttp import web

from chassis.clock import open_clock
from chassis.principal import PrincipalVerifier
from chassis.rpc_client import RpcClient
from contracts.base import Event
from contracts.identity.events import PersonDeletionStarted, SettingChanged
from gateway.health import Health
from gateway.maintenance import Maintenance
from gateway.realtime.calls import Calls
from gateway.realtime.fan_out import RedisManager
from gateway.realtime.feed import EventFeed
from gateway.realtime.hub import EVENTS, Hub
from gateway.realtime.server import RealTime, create_server
from gateway.realtime.session_proofs import SessionProofs
from gateway.realtime.transports import Transports
from gateway.rest import oauth_token, sign_in, stripe_webhook
from gateway.rest.admission import Admission
from gateway.rest.api_keys import ApiKeys
from gateway.rest.documents import Library
from gateway.rest.handler import RestHandler
from gateway.rest.strangers import Strangers
from gateway.rest.table import ROUTES
from gateway.rpc import Rpc
from gateway.settings import Settings
from gateway.shared.connection import SharedRedis
from gateway.shared.idempotency import Idempotency, RedisRecords
from gateway.shared.leaving import Leaving
from gateway.shared.presence import Presence
from gateway.shared.rate_limits import RateLimits
from gateway.shared.revocations import Revocations
from gateway.web.exchange import exchange
from gateway.web.headers import on_prepare, preflight

# What the feed brings: the broker lets the gateway hear nothing else, as topology.json tells it.
HEARD: tuple[type[Event], ...] = (*EVENTS, SettingChanged, PersonDeletionStarted)
HEALTH = web.AppKey("health", Health)
MAINTENANCE = web.AppKey("maintenance", Maintenance)


def create_app(settings: Settings) -> web.Application:
    """The gateway as it runs.

    Raises:
        ValueError: GATEWAY_PRINCIPAL_JWKS is no key set.
    """
    verifier = PrincipalVerifier(settings.principal_jwks, open_clock(settings.clock_url))
    client = RpcClient(settings.amqp_url)
    app = assemble(settings, client, verifier)

    async def calls_services(_app: web.Application) -> AsyncIterator[None]:
        await client.start()
        await app[MAINTENANCE].rounds.start()
        yield
        await app[MAINTENANCE].rounds.stop()
        await client.stop()

    app.cleanup_ctx.insert(0, calls_services)
    return app


def assemble(settings: Settings, rpc: Rpc, verifier: PrincipalVerifier) -> web.Application:
    """The gateway over any RPC client."""
    redis = SharedRedis(settings.redis_url, settings.redis_timeout_s)
    limits = RateLimits(settings, redis)
    app = web.Application(middlewares=[exchange, preflight(settings.cors_origins)])
    app.on_response_prepare.append(on_prepare(settings.cors_origins, sign_in.BINDING))
    app[MAINTENANCE] = Maintenance(rpc)
    keys = ApiKeys(rpc, verifier)
    records = RedisRecords(redis)
    idempotency = Idempotency(records, lock_s=settings.rpc_timeout_s + 5, wait_s=settings.rpc_timeout_s)
    admission = Admission(verifier, keys, limits, settings.trusted_proxies)
    _add_rest(app, settings, rpc, admission, idempotency)
    feed = _add_sockets(app, settings, rpc, admission, redis, Leaving(records))
    health = app[HEALTH] = Health(rpc, feed, redis)
    app.router.add_get("/health/live", health.live)
    app.router.add_get("/health/ready", health.ready)
    app.router.add_get("/metrics", health.metrics)
    return app


def _add_rest(app: web.Application, settings: Settings, rpc: Rpc, admission: Admission, idempotency: Idempotency) -> None:
    timeout_s = settings.rpc_timeout_s
    rest = RestHandler(rpc, admission, idempotency, app[MAINTENANCE], settings.body_limit, timeout_s, Strangers(settings.strangers_at_once))
    for route in ROUTES:
        handler = rest.of(route)
        app.router.add_route(route.method, route.pattern, handler)
        if route.method == "GET":
            app.router.add_head(route.pattern, handler)
    app.router.add_post(stripe_webhook.PATH, stripe_webhook.StripeWebhook(rpc, admission, settings.webhook_body_limit, timeout_s).receive)
    app.router.add_post(oauth_token.PATH, oauth_token.OAuthToken(rpc, admission, timeout_s).issue)
    elsewhere = sign_in.SignIn(rpc, admission, app[MAINTENANCE], timeout_s)
    app.router.add_get(sign_in.START, elsewhere.start)
    app.router.add_post(sign_in.LINK, elsewhere.link)
    app.router.add_get(sign_in.CALLBACK, elsewhere.callback)
    Library(admission).add_to(app)


def _add_sockets(
    app: web.Application,
    settings: Settings,
    rpc: Rpc,
    admission: Admission,
    redis: SharedRedis,
    leaving: Leaving,
) -> EventFeed:
    revocations = Revocations(redis)
    manager = RedisManager(redis)
    server = create_server(settings.cors_origins, manager)
    server.attach(app)
    hub = Hub(server, revocations)
    maintenance = app[MAINTENANCE]
    calls = Calls(rpc, hub, Presence(redis, settings.presence_ttl_s), admission.verifier, revocations, maintenance, settings.rpc_timeout_s)
    real_time = RealTime(server, hub, calls, admission.limits)
    proofs = SessionProofs(hub, rpc, calls.presence.refresh_every_s, settings.rpc_timeout_s)

    async def on_event(event: Event) -> None:
        maintenance.hear(event)
        admission.keys.hear(event)
        leaving.hear(event)
        await hub.on_event(event)

    async def on_gap() -> None:
        admission.keys.forget()
        await hub.on_gap()

    feed = EventFeed(settings.amqp_url, HEARD, on_event, on_gap)

    async def connections(_app: web.Application) -> AsyncIterator[None]:
        await feed.start()
        await real_time.start()
        await proofs.rounds.start()
        await leaving.rounds.start()
        yield
        await leaving.rounds.stop()
        await proofs.rounds.stop()
        await feed.stop()
        await manager.close()
        await redis.close()

    transports = Transports("/socket.io", admission)
    app.middlewares.append(transports.follow)

    async def end_sockets(_app: web.Application) -> None:
        await real_time.stop()
        transports.close()

    app.cleanup_ctx.append(connections)
    app.on_shutdown.append(end_sockets)
    return feed
