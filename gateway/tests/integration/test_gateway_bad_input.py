"""Whatever a client sends to whatever route: a 4xx problem that names the field, and no service is asked."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from gateway_fakes.samples import body_of, url_of

from chassis.ids import new_id
from contracts.money import Money
from contracts.payments.commands import DecideDispute
from gateway.rest.routes import Auth, Route
from gateway.rest.table import ROUTES
from local_platform.tokens import TestTokens

pytestmark = pytest.mark.asyncio(loop_scope="module")

MAY_BE_NOTHING = {DecideDispute}  # one side may get nothing
WITH_BODY = [route for route in ROUTES if route.has_body]
WRONG_FOR_ALL: list[Any] = [{"$ne": None}, [[]], 1.5, [{"$gt": ""}], {"a": {"b": 1}}]


@pytest.fixture
def gateway(standing_gateway: Any) -> Any:
    """The file's, asked nothing yet."""
    standing_gateway.rpc.calls.clear()
    return standing_gateway


def named(route: Route) -> str:
    return f"{route.method} {route.path}"


async def send(gateway: Any, route: Route, token: str | None, body: Any) -> Any:
    raw = body if isinstance(body, bytes) else orjson.dumps(body)
    return await gateway.ask(route.method, url_of(route), token=token, data=raw, headers={"Content-Type": "application/json"})


def assert_refused(gateway: Any, answer: Any, status: int, pointer: str | None = None) -> None:
    assert answer.status == status, answer.body
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    told = answer.json
    assert told["status"] == status
    assert told["code"]
    assert told["request_id"] == answer.headers["X-Request-Id"]
    if pointer is not None:
        pointers = [error["pointer"] for error in told["errors"]]
        assert any(found == pointer or found.startswith(f"{pointer}/") for found in pointers), told
    assert not gateway.rpc.calls


@pytest.mark.parametrize("route", [route for route in WITH_BODY if route.body_fields], ids=named)
async def test_a_field_of_a_wrong_type_is_named(gateway: Any, token: str, route: Route) -> None:
    whole = body_of(route, optional=True)
    for name, right in whole.items():
        for wrong in WRONG_FOR_ALL:
            if right == {} and isinstance(wrong, dict):
                continue  # an object whose fields are another standard's: the service judges it
            assert_refused(gateway, await send(gateway, route, token, whole | {name: wrong}), 422, f"/{name}")


@pytest.mark.parametrize("route", [route for route in WITH_BODY if body_of(route)], ids=named)
async def test_a_missing_field_is_named(gateway: Any, token: str, route: Route) -> None:
    body = body_of(route)
    for name, field in route.request.model_fields.items():
        if field.is_required() and name in body:
            without = {key: value for key, value in body.items() if key != name}
            assert_refused(gateway, await send(gateway, route, token, without), 422, f"/{name}")
    if any(route.request.model_fields[name].is_required() for name in body):
        assert_refused(gateway, await gateway.ask(route.method, url_of(route), token=token), 422)


@pytest.mark.parametrize("route", WITH_BODY, ids=named)
async def test_an_unknown_field_is_named(gateway: Any, token: str, route: Route) -> None:
    for name in ("sender_id", "is_admin", "$where", "__proto__", "expected_version", *route.path_fields):
        value = new_id(name.removesuffix("_id")) if name in route.path_fields else 1
        assert_refused(gateway, await send(gateway, route, token, body_of(route) | {name: value}), 422, f"/{name}")


UNREADABLE = [
    (b"{", 400),
    (b"[]", 400),
    (b"null", 400),
    (b'{"a": NaN}', 400),
    (b'{"a": 1, "a": 2}', 400),
    (b'{"a": "\\ud800"}', 400),
    (b"\xff\xfe", 400),
    (b'{"a":' * 2000 + b"1" + b"}" * 2000, 400),
    (b'{"a": "' + b"x" * (256 * 1024) + b'"}', 413),
]


@pytest.mark.parametrize("route", WITH_BODY, ids=named)
async def test_a_body_that_cannot_be_read_is_refused(gateway: Any, token: str, route: Route) -> None:
    for raw, status in UNREADABLE:
        assert_refused(gateway, await send(gateway, route, token, raw), status)


@pytest.mark.parametrize(
    ("route", "name"),
    [pytest.param(route, name, id=f"{named(route)} {name}") for route in ROUTES for name in sorted(route.path_fields)],
)
async def test_a_malformed_id_is_named(gateway: Any, token: str, route: Route, name: str) -> None:
    wrongs = ["%7B%22$ne%22:null%7D", "a" * 3000]
    if name.endswith("_id") and name != "plan_id":  # others are names: a word may be one
        wrongs += ["1", "null", new_id("webhook"), new_id(name.removesuffix("_id")).upper()]
    for wrong in wrongs:
        sent = {"data": orjson.dumps(body_of(route)), "headers": {"Content-Type": "application/json"}} if route.has_body else {}
        answer = await gateway.ask(route.method, url_of(route, **{name: wrong}), token=token, **sent)
        assert_refused(gateway, answer, 422, f"/{name}")


def money_places(data: Any, path: str = "") -> list[str]:
    """Where in the data there is money."""
    if isinstance(data, dict):
        if set(data) == set(Money.model_fields):
            return [path]
        return [place for key, part in data.items() for place in money_places(part, f"{path}/{key}")]
    return [place for index, part in enumerate(data) for place in money_places(part, f"{path}/{index}")] if isinstance(data, list) else []


def with_money(data: Any, place: str, **changes: Any) -> Any:
    changed = orjson.loads(orjson.dumps(data))
    target = changed
    for part in place.split("/")[1:]:
        target = target[int(part)] if isinstance(target, list) else target[part]
    target.update(changes)
    return changed


@pytest.mark.parametrize("route", [route for route in WITH_BODY if money_places(body_of(route, optional=True))], ids=named)
async def test_money_that_is_none_is_named(gateway: Any, token: str, route: Route) -> None:
    body = body_of(route, optional=True)
    for place in money_places(body):
        for amount in (-1, 0, 1.5, 10.0, "100", 10**12 + 1, 10**40, None, True, {"$gt": 0}):
            if amount == 0 and route.request in MAY_BE_NOTHING:
                continue
            text = orjson.dumps(with_money(body, place, amount_minor="AMOUNT")).decode()
            # orjson cannot write 10**40, so the number is put into the text
            wrong = str(amount) if isinstance(amount, int | float) and not isinstance(amount, bool) else orjson.dumps(amount).decode()
            answer = await send(gateway, route, token, text.replace('"AMOUNT"', wrong).encode())
            assert_refused(gateway, answer, 422, f"{place}/amount_minor")
        for currency in ("euro", "eur", "XXX", "", 978, None, "BTC"):
            answer = await send(gateway, route, token, with_money(body, place, currency=currency))
            assert_refused(gateway, answer, 422, f"{place}/currency")


@pytest.mark.parametrize("route", [route for route in ROUTES if not route.has_body], ids=named)
async def test_an_unknown_or_repeated_parameter_is_named(gateway: Any, token: str, route: Route) -> None:
    query = {name: str(value) for name, value in body_of(route).items()}
    for name in ("$where", "expected_version", *route.path_fields):
        answer = await gateway.ask(route.method, url_of(route), token=token, params={**query, name: "1"})
        assert_refused(gateway, answer, 422, f"/{name}")
    twice = [*query.items(), ("limit", "1"), ("limit", "1")]
    assert_refused(gateway, await gateway.ask(route.method, url_of(route), token=token, params=twice), 422, "/limit")


@pytest.mark.parametrize("route", WITH_BODY, ids=named)
async def test_a_command_takes_no_query(gateway: Any, token: str, route: Route) -> None:
    answer = await gateway.ask(route.method, url_of(route), token=token, params={"reason": "other"})
    assert_refused(gateway, answer, 422, "/reason")


@pytest.mark.parametrize("route", [route for route in ROUTES if route.auth is Auth.REQUIRED], ids=named)
async def test_a_token_that_is_not_valid_is_refused(gateway: Any, tokens: TestTokens, user_id: str, route: Route) -> None:
    other_key = TestTokens().issue(user_id)
    header, claims, _signature = tokens.issue(user_id).split(".")
    unsigned = f"eyJhbGciOiJub25lIn0.{claims}."
    for bad in (None, other_key, tokens.issue(user_id, lifetime=-60), f"{header}.{claims}.AAAA", unsigned, "x.y.z"):
        answer = await gateway.ask(route.method, url_of(route), token=bad)
        assert_refused(gateway, answer, 401)
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 256, "schlüssel"])
async def test_a_malformed_idempotency_key_is_refused(gateway: Any, token: str, key: str) -> None:
    answer = await gateway.ask("POST", "/v1/payouts", token=token, json={}, headers={"Idempotency-Key": key})
    assert_refused(gateway, answer, 400)
    assert answer.json["code"] == "gateway.idempotency_key.malformed"
