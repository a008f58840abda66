"""REST as a client sees it: statuses, headers, problems."""

from __future__ import annotations

import asyncio
import gzip
import io
import zlib
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from gateway_fakes.addresses import random_address
from gateway_fakes.rpc import FakeRpc, problem
from gateway_fakes.samples import body_of, url_of, view
from gateway_fakes.waiting import eventually
from structlog.testing import capture_logs

from chassis.clock import FixedClock
from chassis.ids import new_id
from contracts.admin.queries import DEAD_LETTERS
from contracts.catalogue import SERVICES
from contracts.challenges.commands import CreateChallenge, DeleteChallenge, EditChallenge, PublishChallenge
from contracts.challenges.queries import GetChallenge, ListChallenges
from contracts.challenges.views import ChallengeView
from contracts.errors import FieldError, HoldsFor, Kind, Problem
from contracts.identity.administration import AdminAccountView, GetAccount
from contracts.identity.commands import LogIn, RegisterUser
from contracts.identity.standing import AccountStatus
from contracts.identity.views import TokensView
from contracts.matching.queries import SearchChallenges
from contracts.paging import Page
from contracts.payments.commands import ReceiveStripeWebhook
from gateway.rest.routes import Auth, Route
from gateway.rest.table import ROUTES

CHALLENGE = new_id("challenge")


def query_of(route: Route) -> dict[str, str]:
    return {} if route.has_body else {name: str(value) for name, value in body_of(route).items()}


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
async def test_every_route_asks_its_service_and_shows_the_answer(standing_gateway: Any, token: str, route: Route) -> None:
    gateway = standing_gateway
    gateway.rpc.calls.clear()
    sent = {"data": orjson.dumps(body_of(route)), "headers": {"Content-Type": "application/json"}} if route.has_body else {}
    answer = await gateway.ask(route.method, url_of(route), token=token, params=query_of(route), **sent)
    assert answer.status == route.status, answer.body
    assert len(gateway.rpc.calls) == (len(SERVICES) if route.request.service == DEAD_LETTERS else 1)
    for asked in gateway.rpc.calls:
        assert type(asked.request) is route.request
        assert asked.token == (None if route.auth is Auth.NONE else token)
        assert asked.request_id == answer.headers["X-Request-Id"]
    if answer.status == 204:
        assert answer.body == b""
    elif route.media_type:
        assert answer.body == b"%PDF-1.3"  # the sample's
    else:
        route.request.answer.model_validate_json(answer.body)
        view_class = route.request.answer
        assert ("ETag" in answer.headers) == ("version" in view_class.model_fields and view_class is not AdminAccountView)
    if route.location:
        assert answer.headers["Location"] == route.location.format(id=answer.json["id"])


async def test_a_version_becomes_an_entity_tag(gateway: Any, token: str) -> None:
    gateway.rpc.answers[GetChallenge] = view(ChallengeView, version=7)
    first = await gateway.ask("GET", f"/v1/challenges/{CHALLENGE}", token=token)
    assert (first.status, first.headers["ETag"], first.headers["Cache-Control"]) == (200, '"7"', "private, no-cache")
    again = await gateway.ask("GET", f"/v1/challenges/{CHALLENGE}", token=token, headers={"If-None-Match": '"7"'})
    assert (again.status, again.body, again.headers["ETag"]) == (304, b"", '"7"')
    other = await gateway.ask("GET", f"/v1/challenges/{CHALLENGE}", token=token, headers={"If-None-Match": '"6"'})
    assert other.status == 200


@pytest.mark.parametrize(
    ("method", "path", "request_class"),
    [("PATCH", "", EditChallenge), ("DELETE", "", DeleteChallenge), ("POST", "/publish", PublishChallenge)],
)
async def test_if_match_names_the_version_to_change(gateway: Any, token: str, method: str, path: str, request_class: Any) -> None:
    url = f"/v1/challenges/{CHALLENGE}{path}"
    await gateway.ask(method, url, token=token, headers={"If-Match": '"4"'})
    assert gateway.rpc.of(request_class)[0].request.expected_version == 4
    gateway.rpc.answers[request_class] = problem(Kind.CONFLICT, "chassis.stale_version")
    stale = await gateway.ask(method, url, token=token, headers={"If-Match": '"4"'})
    assert (stale.status, stale.json["code"]) == (412, "chassis.stale_version")
    raced = await gateway.ask(method, url, token=token)
    assert raced.status == 409
    malformed = await gateway.ask(method, url, token=token, headers={"If-Match": "4"})
    assert (malformed.status, malformed.json["code"]) == (400, "gateway.if_match.malformed")


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (Kind.NOT_FOUND, 404),
        (Kind.FORBIDDEN, 403),
        (Kind.UNAUTHENTICATED, 401),
        (Kind.CONFLICT, 409),
        (Kind.INVALID, 422),
        (Kind.LIMITED, 429),
        (Kind.UNAVAILABLE, 503),
    ],
)
async def test_a_refusal_is_a_problem_document(gateway: Any, token: str, kind: Kind, status: int) -> None:
    fields = (FieldError(pointer="/a/b", detail="no"),)
    gateway.rpc.answers[GetChallenge] = Problem(kind=kind, code="x.y.z", detail="Because.", fields=fields, retry_after_s=7)
    answer = await gateway.ask("GET", f"/v1/challenges/{CHALLENGE}", token=token, headers={"X-Request-Id": "my-request-1"})
    assert answer.status == status
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert answer.headers["Retry-After"] == "7"
    assert answer.json == {
        "type": "about:blank",
        "title": answer.json["title"],
        "status": status,
        "code": "x.y.z",
        "detail": "Because.",
        "request_id": "my-request-1",
        "errors": [{"pointer": "/a/b", "detail": "no"}],
    }
    assert ("WWW-Authenticate" in answer.headers) == (status == 401)


async def test_what_is_refused_whoever_asks_is_not_asked_again(gateway: Any) -> None:
    told = Problem(kind=Kind.LIMITED, code="identity.login.throttled", detail="Too many.", retry_after_s=600, holds_for=HoldsFor.ACCOUNT)
    gateway.rpc.answers[LogIn] = told
    answers = [await gateway.ask("POST", "/v1/auth/login", json={"email": "ada@example.org", "password": "a guess"}) for _ in range(5)]
    assert {(answer.status, answer.json["code"]) for answer in answers} == {(429, "identity.login.throttled")}
    assert all(590 < int(answer.headers["Retry-After"]) <= 600 for answer in answers)
    assert len(gateway.rpc.calls) == 1
    assert "holds_for" not in answers[0].json
    gateway.rpc.answers[LogIn] = view(TokensView)
    other = await gateway.ask("POST", "/v1/auth/login", json={"email": "bob@example.org", "password": "a guess"})
    assert other.status == 200


async def test_what_was_done_is_told_again_also_while_others_are_refused(gateway: Any) -> None:
    busy = Problem(kind=Kind.UNAVAILABLE, code="chassis.busy", detail="Busy.", retry_after_s=600, holds_for=HoldsFor.STRANGERS)
    route = next(route for route in ROUTES if route.request is RegisterUser)

    async def sign_up(key: str) -> Any:
        return await gateway.ask("POST", route.path, json=body_of(route), headers={"Idempotency-Key": key})

    mine, other, third = (new_id("key") for _ in range(3))
    first = await sign_up(mine)
    gateway.rpc.answers[RegisterUser] = busy
    assert [(await sign_up(key)).status for key in (other, third, mine)] == [503, 503, first.status]
    assert len(gateway.rpc.calls) == 2


async def test_so_many_strangers_are_let_through_at_a_time(start_gateway: Any) -> None:
    gateway = await start_gateway(strangers_at_once=1)
    looked_at, go_on = asyncio.Event(), asyncio.Event()

    async def look(asked: LogIn) -> TokensView:
        if asked.device_token is None:
            looked_at.set()
            await go_on.wait()
        return view(TokensView)

    async def log_in(**more: str) -> Any:
        return await gateway.ask("POST", "/v1/auth/login", json={"email": "ada@example.org", "password": "a guess", **more})

    gateway.rpc.answers[LogIn] = look
    first = asyncio.create_task(log_in())
    await looked_at.wait()
    second = await log_in()
    assert (second.status, second.json["code"], second.headers["Retry-After"]) == (503, "gateway.busy", "1")
    assert (await log_in(device_token="a device it knows")).status == 200
    assert (await gateway.ask("GET", f"/v1/challenges/{CHALLENGE}")).status == 200
    go_on.set()
    assert (await first).status == (await log_in()).status == 200


async def test_a_bug_is_a_500_without_detail(gateway: Any, token: str) -> None:
    def fail(_request: Any) -> Any:
        raise RuntimeError("secret detail")

    gateway.rpc.answers[GetChallenge] = fail
    answer = await gateway.ask("GET", f"/v1/challenges/{CHALLENGE}", token=token)
    assert (answer.status, answer.json["code"]) == (500, "gateway.internal")
    assert b"secret" not in answer.body


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/nothing", "/v1/me/", "/v2/me", "/v1/challenges/a/b/c"])
async def test_an_unknown_route_is_a_problem(gateway: Any, path: str) -> None:
    answer = await gateway.ask("GET", path)
    assert (answer.status, answer.json["code"]) == (404, "gateway.route.not_found")


async def test_a_wrong_method_is_told_which_are_right(gateway: Any) -> None:
    answer = await gateway.ask("PUT", f"/v1/challenges/{CHALLENGE}")
    assert (answer.status, answer.headers["Allow"]) == (405, "DELETE, GET, HEAD, PATCH")
    assert answer.json["code"] == "gateway.method.not_allowed"


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin-1", ""])
async def test_a_body_must_be_declared_as_json(gateway: Any, token: str, content_type: str) -> None:
    answer = await gateway.ask("POST", "/v1/challenges", token=token, data=b"{}", headers={"Content-Type": content_type})
    assert (answer.status, answer.headers["Accept"]) == (415, "application/json")
    assert not gateway.rpc.calls


@pytest.mark.parametrize("raw", [gzip.compress(b"{}", mtime=0), b"not gzip at all"], ids=["gzip", "no gzip"])
@pytest.mark.parametrize("path", ["/v1/payouts", "/v1/webhooks/stripe"])
async def test_a_compressed_body_is_refused(gateway: Any, token: str, path: str, raw: bytes) -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip", "Stripe-Signature": "t=1,v1=x"}
    answer = await gateway.ask("POST", path, token=token, data=raw, headers=headers)
    assert (answer.status, answer.json["code"]) == (415, "gateway.content_encoding.unsupported")
    assert answer.headers["Accept-Encoding"] == "identity"
    assert not gateway.rpc.calls


async def test_a_command_without_fields_needs_no_body(gateway: Any, token: str) -> None:
    assert (await gateway.ask("POST", f"/v1/challenges/{CHALLENGE}/publish", token=token)).status == 200


@pytest.mark.parametrize("given", ["my-request-1", "0123456789abcdef"])
async def test_a_sane_request_id_is_kept(gateway: Any, given: str) -> None:
    answer = await gateway.ask("GET", "/v1/challenges", headers={"X-Request-Id": given})
    assert answer.headers["X-Request-Id"] == given


@pytest.mark.parametrize("given", ["", "short", "x" * 129, "white space here", "<script>alert(1)</script>"])
async def test_another_one_is_replaced(gateway: Any, given: str) -> None:
    answer = await gateway.ask("GET", "/v1/challenges", headers={"X-Request-Id": given})
    assert answer.headers["X-Request-Id"].startswith("request_")


async def test_security_headers_are_on_every_answer(gateway: Any) -> None:
    for path in ("/v1/challenges", "/v1/nothing", "/docs", "/openapi.json", "/health/live", "/socket.io/?EIO=4&transport=polling"):
        headers = (await gateway.ask("GET", path)).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Server"] == "openchance"
        assert "Strict-Transport-Security" not in headers
    secure = await gateway.ask("GET", "/v1/challenges", headers={"X-Forwarded-Proto": "https"})
    assert secure.headers["Strict-Transport-Security"].startswith("max-age=")


async def test_cors_is_for_the_origins_allowed(start_gateway: Any) -> None:
    gateway = await start_gateway(cors_origins="https://app.example")
    asked = {"Origin": "https://app.example", "Access-Control-Request-Method": "POST"}
    preflight = await gateway.ask("OPTIONS", "/v1/challenges", headers=asked)
    assert (preflight.status, preflight.headers["Access-Control-Allow-Origin"]) == (204, "https://app.example")
    assert "Idempotency-Key" in preflight.headers["Access-Control-Allow-Headers"]
    allowed = await gateway.ask("GET", "/v1/challenges", headers={"Origin": "https://app.example"})
    assert allowed.headers["Access-Control-Allow-Origin"] == "https://app.example"
    assert "ETag" in allowed.headers["Access-Control-Expose-Headers"]
    stranger = await gateway.ask("GET", "/v1/challenges", headers={"Origin": "https://evil.example"})
    assert "Access-Control-Allow-Origin" not in stranger.headers
    refused = await gateway.ask("OPTIONS", "/v1/challenges", headers={**asked, "Origin": "https://evil.example"})
    assert refused.status == 405


COOKIE_KEPT = "Access-Control-Allow-Credentials"


async def test_a_listed_origin_keeps_the_cookie_that_begins_a_link_and_no_other(start_gateway: Any, token: str) -> None:
    gateway = await start_gateway(cors_origins="https://app.example")
    listed, stranger = {"Origin": "https://app.example"}, {"Origin": "https://evil.example"}
    asks = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    link = "/v1/me/links/company/start"
    preflight = await gateway.ask("OPTIONS", link, headers=listed | asks)
    begun = await gateway.ask("POST", link, token=token, headers=listed)
    refused = await gateway.ask("POST", link, headers=listed)  # its problem is for the script to read
    assert [answer.status for answer in (preflight, begun, refused)] == [204, 200, 401]
    for answer in (preflight, begun, refused):
        assert (answer.headers[COOKIE_KEPT], answer.headers["Access-Control-Allow-Origin"]) == ("true", "https://app.example")
    assert "SameSite=Lax" in begun.headers["Set-Cookie"]
    others = [("POST", link, stranger), ("OPTIONS", link, stranger | asks), ("POST", link, {}), ("OPTIONS", "/v1/me/links", listed | asks)]
    others += [("GET", "/v1/me/links", listed), ("DELETE", "/v1/me/links/company", listed), ("GET", "/v1/auth/oauth/company/start", listed)]
    for method, path, headers in others:
        answer = await gateway.ask(method, path, token=token, headers=headers, allow_redirects=False)
        assert COOKIE_KEPT not in answer.headers, (method, path, headers)


async def test_a_star_is_no_origin_that_keeps_cookies(start_gateway: Any, token: str) -> None:
    gateway = await start_gateway(cors_origins="*")
    for origin in ("https://app.example", "*"):
        answer = await gateway.ask("POST", "/v1/me/links/company/start", token=token, headers={"Origin": origin})
        assert (answer.status, COOKIE_KEPT in answer.headers) == (200, False)


@pytest.mark.parametrize(("encoding", "unpack"), [("gzip", gzip.decompress), ("deflate", zlib.decompress)])
async def test_larger_bodies_are_compressed(gateway: Any, encoding: str, unpack: Any) -> None:
    gateway.rpc.answers[GetChallenge] = view(ChallengeView, description="long " * 1000)
    path = f"/v1/challenges/{CHALLENGE}"
    answer = await gateway.ask("GET", path, headers={"Accept-Encoding": encoding})
    assert answer.headers["Content-Encoding"] == encoding
    assert "Accept-Encoding" in answer.headers.getall("Vary")
    plain = await gateway.ask("GET", path)
    assert "Content-Encoding" not in plain.headers
    assert unpack(answer.body) == plain.body


async def test_tokens_are_never_kept_by_a_cache(gateway: Any) -> None:
    gateway.rpc.answers[LogIn] = view(TokensView)
    answer = await gateway.ask("POST", "/v1/auth/login", json={"email": "a@example.com", "password": "x"})
    assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-store")


@pytest.mark.parametrize("header", ["Basic YTpi", "Bearer", "Bearer a b", "token"])
async def test_a_header_that_is_no_bearer_token_is_refused(gateway: Any, header: str) -> None:
    answer = await gateway.ask("GET", "/v1/me", headers={"Authorization": header})
    assert (answer.status, answer.json["code"]) == (401, "identity.token.invalid")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="openchance", error="invalid_token"'


async def test_a_token_expires_by_the_clock(start_gateway: Any, tokens: Any, user_id: str) -> None:
    clock = FixedClock(datetime.now(UTC) + timedelta(seconds=2))  # not before the token is issued
    gateway = await start_gateway(clock=clock)
    token = tokens.issue(user_id)
    assert (await gateway.ask("GET", "/v1/me", token=token)).status == 200
    clock.advance(timedelta(minutes=16))
    assert (await gateway.ask("GET", "/v1/me", token=token)).status == 401


async def test_an_optional_token_must_still_be_valid(gateway: Any) -> None:
    assert (await gateway.ask("GET", "/v1/challenges")).status == 200
    assert (await gateway.ask("GET", "/v1/challenges", token="forged")).status == 401


async def test_search_goes_to_matching_and_falls_back(gateway: Any, fake_rpc: FakeRpc) -> None:
    found = await gateway.ask("GET", "/v1/challenges", params={"q": "pyton", "sort": "relevance"})
    assert (found.status, fake_rpc.of(SearchChallenges)[0].timeout) == (200, 2.0)
    fake_rpc.answers[SearchChallenges] = problem(Kind.UNAVAILABLE, "matching.unavailable")
    fake_rpc.answers[ListChallenges] = Page(items=(view(ChallengeView, title="Python parser"),), next_cursor=None)
    degraded = await gateway.ask("GET", "/v1/challenges", params={"q": "python"})
    assert (degraded.status, degraded.json["degraded"], len(degraded.json["items"])) == (200, ["matching"], 1)
    assert (await gateway.ask("GET", "/v1/search/challenges", params={"q": "python"})).status == 503
    unknown = await gateway.ask("GET", "/v1/challenges", params={"q": "python", "mine": "true"})
    assert (unknown.status, unknown.json["errors"][0]["pointer"]) == (422, "/mine")


async def test_a_webhook_is_passed_on_as_it_came(gateway: Any, fake_rpc: FakeRpc) -> None:
    raw = b'{ "id": "evt_1",\n  "name": "\xc3\xbc" }'
    answer = await gateway.ask("POST", "/v1/webhooks/stripe", data=raw, headers={"Stripe-Signature": "t=1,v1=ab"})
    assert answer.status == 204
    (asked,) = fake_rpc.of(ReceiveStripeWebhook)
    assert (asked.request.payload.encode(), asked.request.signature) == (raw, "t=1,v1=ab")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("raw", "headers", "status"),
    [
        (b"{}", {}, 400),
        (b"\xff", {"Stripe-Signature": "x"}, 400),
        (b"", {"Stripe-Signature": "x"}, 422),
        (io.BytesIO(b"x" * (1024 * 1024 + 1)), {"Stripe-Signature": "x"}, 413),
    ],
)
async def test_a_webhook_that_cannot_be_one_is_refused(gateway: Any, raw: Any, headers: dict[str, str], status: int) -> None:
    assert (await gateway.ask("POST", "/v1/webhooks/stripe", data=raw, headers=headers)).status == status
    assert not gateway.rpc.calls


async def test_documents_are_served(gateway: Any) -> None:
    assert (await gateway.ask("GET", "/openapi.json")).json["openapi"] == "3.1.0"
    assert (await gateway.ask("GET", "/asyncapi.json")).json["asyncapi"] == "3.0.0"
    page = await gateway.ask("GET", "/docs")
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert b"POST" in page.body


@pytest.mark.parametrize("path", ["/openapi.json", "/asyncapi.json", "/docs"])
async def test_a_document_is_compressed_for_who_takes_it_so_and_known_again(gateway: Any, path: str) -> None:
    plain = await gateway.ask("GET", path)
    packed = await gateway.ask("GET", path, headers={"Accept-Encoding": "br, gzip;q=0.5"})
    other = await gateway.ask("GET", path, headers={"Accept-Encoding": "deflate, gzip;q=0"})
    assert (packed.headers["Content-Encoding"], gzip.decompress(packed.body)) == ("gzip", plain.body)
    assert len(packed.body) < len(plain.body) / 4
    assert other.body == plain.body
    tag = plain.headers["ETag"]
    for whole in (plain, packed, other):
        assert (whole.status, whole.headers["ETag"], whole.headers.getall("Vary")) == (200, tag, ["Accept-Encoding"])
        assert "RateLimit" in whole.headers
    for known in (tag, tag.removeprefix("W/"), f'"else", {tag}'):
        again = await gateway.ask("GET", path, headers={"If-None-Match": known})
        assert (again.status, again.body, again.headers["ETag"]) == (304, b"", tag)
        for name in ("Cache-Control", "Vary", "Content-Security-Policy"):  # a cache takes them over
            assert again.headers[name] == plain.headers[name]
        assert again.headers.get("Content-Type", plain.headers["Content-Type"]) == plain.headers["Content-Type"]
    assert (await gateway.ask("GET", path, headers={"If-None-Match": 'W/"else"'})).status == 200
    head = await gateway.ask("HEAD", path)
    assert (head.status, head.headers["ETag"], head.body) == (200, tag, b"")


@pytest.mark.parametrize("path", ["/openapi.json", "/asyncapi.json", "/docs"])
async def test_documents_are_limited_as_reads_are(start_gateway: Any, path: str) -> None:
    gateway = await start_gateway(rate_limits={"read": "2/600"}, trusted_proxies=1)
    sender = {"X-Forwarded-For": random_address()}  # the count outlives a test
    assert [(await gateway.ask("GET", path, headers=sender)).status for _ in range(3)] == [200, 200, 429]


async def test_what_changes_by_the_clock_is_told_whole_though_its_version_stays(gateway: Any, token: str) -> None:
    user_id, noon = new_id("user"), datetime(2030, 1, 1, 12, tzinfo=UTC)
    path = f"/v1/admin/users/{user_id}"
    suspended = view(AdminAccountView, version=4, status=AccountStatus.SUSPENDED, suspended_until=noon)
    gateway.rpc.answers[GetAccount] = suspended
    before = await gateway.ask("GET", path, token=token)
    assert (before.json["status"], before.json["version"]) == ("suspended", 4)
    gateway.rpc.answers[GetAccount] = suspended.model_copy(update={"status": AccountStatus.ACTIVE, "suspended_until": None})
    for known in (before.headers.get("ETag"), '"4"', "*"):
        after = await gateway.ask("GET", path, token=token, headers={"If-None-Match": known} if known else {})
        assert (after.status, after.json["status"]) == (200, "active")
    assert ("ETag" in after.headers, after.headers["Cache-Control"]) == (False, "no-store")


async def test_a_client_that_leaves_amid_its_body_is_no_bug(gateway: Any, token: str) -> None:
    begun = f"POST /v1/challenges HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n"
    with capture_logs() as told:
        reader, writer = await asyncio.open_connection(gateway.server.host, gateway.server.port)
        writer.write(f"{begun}Expect: 100-continue\r\nContent-Length: 1000\r\n\r\n".encode())
        assert b"100" in await reader.readline()  # it is being served
        writer.write(b'{"title": ')
        await writer.drain()
        writer.close()
        answered = await eventually(lambda: [one for one in told if one["event"] == "http_request"])
    assert [one["status"] for one in answered] == [400]
    assert "request_failed" not in {one["event"] for one in told}
    assert not gateway.rpc.of(CreateChallenge)


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(b'Content-Length: 1000\r\n\r\n{"title": ', id="stalls"),
        pytest.param(b"Transfer-Encoding: chunked\r\n\r\n5\r\n{", id="stalls in a chunk"),
    ],
)
async def test_a_body_that_never_ends_holds_a_connection_for_a_while_only(
    gateway: Any, token: str, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr("gateway.web.body.WITHIN_S", 0.2)
    begun = f"POST /v1/challenges HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n"
    reader, writer = await asyncio.open_connection(gateway.server.host, gateway.server.port)
    writer.write(begun.encode() + sent)
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    assert head.startswith("HTTP/1.1 408 ")
    assert "Connection: close" in head
    length = int(head.lower().partition("content-length: ")[2].partition("\r\n")[0])
    assert orjson.loads(await reader.readexactly(length))["code"] == "gateway.body.too_slow"
    writer.close()
    assert not gateway.rpc.of(CreateChallenge)


async def test_health_and_metrics(gateway: Any) -> None:
    assert (await gateway.ask("GET", "/health/live")).status == 200
    ready = await gateway.ask("GET", "/health/ready")
    assert (ready.status, ready.json["status"]) == (200, "ready")
    gateway.rpc.connected = False
    away = await gateway.ask("GET", "/health/ready")
    assert (away.status, away.json["dependencies"]["broker"]) == (503, "down")
    gateway.rpc.connected = True
    gateway.health.stopping = True
    assert (await gateway.ask("GET", "/health/ready")).json["status"] == "stopping"
    await gateway.ask("GET", "/v1/challenges")
    assert (
        b'openchance_http_request_seconds_count{method="GET",route="/v1/challenges",status="200"}'
        in (await gateway.ask("GET", "/metrics")).body
    )


async def test_the_callers_trace_goes_on_to_the_service(gateway: Any, fake_rpc: FakeRpc) -> None:
    from chassis import tracing

    seen: list[str | None] = []

    def remember(_request: Any) -> Any:
        seen.append(tracing.current_traceparent())
        return view(CreateChallenge.answer)

    fake_rpc.answers[GetChallenge] = remember
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    await gateway.ask("GET", f"/v1/challenges/{CHALLENGE}", headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01"})
    assert seen[0] is not None
    assert trace in seen[0]
