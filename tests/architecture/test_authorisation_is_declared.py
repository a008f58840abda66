"""No request and no route without a line that says who may use it: the matrix in tests/e2e cannot forget one."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from chassis.clock import SystemClock
from chassis.principal import PrincipalVerifier
from chassis.rpc_client import RpcClient
from contracts import catalogue
from gateway.app import assemble
from gateway.rest.routes import Auth
from gateway.rest.table import ROUTES
from gateway.settings import Settings

sys.path.insert(0, str(Path(__file__).parents[1] / "e2e"))

from authorisation_rules import GATEWAY_ALONE, RULES, Decision

SAY_SO = "say in tests/e2e/authorisation_rules.py who may ask this"


def test_every_request_says_who_may_ask() -> None:
    asked = {f"{request.service}.{request.method()}" for request in catalogue.requests()}
    assert asked - RULES.keys() == set(), SAY_SO
    assert RULES.keys() - asked == set(), "these lines speak of requests that are gone"


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_a_route_asks_for_a_token_where_the_service_does(route) -> None:
    rule = RULES[f"{route.request.service}.{route.request.method()}"]
    assert (route.auth is Auth.REQUIRED) == (rule.anonymous is Decision.UNAUTHENTICATED)


def test_the_gateway_serves_nothing_that_is_not_declared(tokens) -> None:
    settings = Settings(amqp_url="amqp://nowhere", redis_url="redis://nowhere", principal_jwks=tokens.jwks)
    app = assemble(settings, RpcClient(settings.amqp_url), PrincipalVerifier(settings.principal_jwks, SystemClock()))
    table = {(route.method, route.path) for route in ROUTES}
    served = {(route.method, route.resource.canonical) for route in app.router.routes() if route.resource is not None}
    extra = {f"{method} {path}" for method, path in served - table if method not in ("HEAD", "*") and not path.startswith("/socket.io")}
    assert extra - GATEWAY_ALONE.keys() == set(), SAY_SO
    assert GATEWAY_ALONE.keys() - extra == set(), "these lines speak of routes that are gone"
