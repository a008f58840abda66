"""Socket.IO over two replicas: authorisation, chat, pushes, presence, and what happens when Redis or the broker is gone."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import pytest
import socketio
from gateway_fakes.addresses import random_address
from gateway_fakes.rpc import FakeRpc, problem
from gateway_fakes.samples import sample, view
from gateway_fakes.waiting import PATIENCE_S, eventually

from chassis.clock import FixedClock
from chassis.ids import new_id
from contracts.challenges.events import ChallengeUpdated
from contracts.errors import Kind
from contracts.identity.authentication import ListSessions
from contracts.identity.events import SessionRevoked
from contracts.identity.sessions import SessionsView
from contracts.messaging.commands import MarkRead, SendMessage
from contracts.messaging.events import ConversationRead, MessageSent
from contracts.messaging.queries import GetConversation, ListMessages
from contracts.messaging.views import ConversationView, MessageView
from contracts.notifications.events import NotificationCreated
from contracts.paging import Page
from gateway.realtime.server import RealTime
from gateway.settings import RateClass
from gateway.shared.connection import SharedRedis
from gateway.shared.gcra import Policy
from gateway.shared.presence import Presence
from gateway.shared.rate_limits import RateLimits
from gateway.shared.revocations import Revocations
from local_platform import observing
from local_platform.fault_proxy import FaultProxy
from local_platform.infrastructure import port_of
from local_platform.servers import Redis
from local_platform.tokens import TestTokens

CONVERSATION = new_id("conversation")
NOT_FOUND = problem(Kind.NOT_FOUND, "messaging.conversation.not_found")


class Person:
    """Somebody with a token."""

    def __init__(self, tokens: TestTokens) -> None:
        self.id = new_id("user")
        self.session_id = new_id("session")
        self.token = tokens.issue(self.id, session_id=self.session_id)


@pytest.fixture
def ada(tokens: TestTokens) -> Person:
    return Person(tokens)


@pytest.fixture
def bob(tokens: TestTokens) -> Person:
    return Person(tokens)


@pytest.fixture
def eve(tokens: TestTokens) -> Person:
    return Person(tokens)


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[Redis]:
    redis = Redis(tmp_path / "redis")
    redis.start()
    yield redis
    redis.stop()


@pytest.fixture
def fake_rpc(ada: Person, bob: Person) -> FakeRpc:
    """Messaging with one conversation of Ada and Bob that holds 250 messages."""
    rpc = FakeRpc()
    members = {ada.token, bob.token}

    def conversation(_asked: GetConversation) -> ConversationView:
        if rpc.calls[-1].token not in members:
            return NOT_FOUND  # type: ignore[return-value]
        return view(ConversationView, id=CONVERSATION, participant_ids=[ada.id, bob.id], last_seq=250)

    def messages(asked: ListMessages) -> Page[MessageView]:
        first = 231 if asked.after_seq is None else asked.after_seq + 1
        return Page(items=tuple(message(seq, ada.id) for seq in range(first, min(first + asked.limit, 251))))

    rpc.answers[GetConversation] = conversation
    rpc.answers[ListMessages] = messages
    rpc.answers[SendMessage] = lambda asked: message(251, ada.id, asked.text)
    return rpc


def message(seq: int, sender_id: str, text: str = "hello") -> MessageView:
    return view(MessageView, conversation_id=CONVERSATION, seq=seq, sender_id=sender_id, text=text)


def sent(text: str, *people: Person) -> MessageSent:
    return MessageSent(
        conversation_id=CONVERSATION,
        participant_ids=tuple(person.id for person in people),
        conversation_title="A title",
        message=message(251, people[0].id, text),
    )


@pytest.mark.parametrize("bad", [None, "", "forged", "x.y.z"])
async def test_a_connection_needs_a_valid_token(gateway: Any, connect: Any, bad: str | None) -> None:
    with pytest.raises(socketio.exceptions.ConnectionError):
        await connect(gateway, bad)


async def test_a_refused_connection_is_told_why(gateway: Any, connect: Any, tokens: TestTokens) -> None:
    told: list[Any] = []
    client = socketio.AsyncClient(reconnection=False)
    client.on("connect_error", told.append)
    with pytest.raises(socketio.exceptions.ConnectionError):
        await client.connect(
            gateway.url, auth={"token": tokens.issue(new_id("user"), lifetime=-5)}, transports=["websocket"], wait_timeout=PATIENCE_S
        )
    assert (told[0]["message"], told[0]["data"]["status"]) == ("identity.token.invalid", 401)


@pytest.mark.parametrize("transports", [("websocket",), ("polling",), ("polling", "websocket")])
async def test_both_transports_work(gateway: Any, connect: Any, ada: Person, transports: tuple[str, ...]) -> None:
    client = await connect(gateway, ada.token, transports=transports)
    answer = await client.call("conversation.join", {"conversation_id": CONVERSATION})
    assert answer["ok"] is True
    await gateway.close()  # hangs up: a polling client that says goodbye first waits for its last poll to run out
    await client.is_cut_off()


async def test_strange_origins_may_not_connect(start_gateway: Any, connect: Any, ada: Person) -> None:
    gateway = await start_gateway(cors_origins="https://app.example")
    await connect(gateway, ada.token, headers={"Origin": "https://app.example"})
    await connect(gateway, ada.token, headers={"Origin": gateway.url})
    with pytest.raises(socketio.exceptions.ConnectionError):
        await connect(gateway, ada.token, headers={"Origin": "https://evil.example"})


@pytest.mark.parametrize("told", ["https", "https, http", "wss"])
async def test_our_own_origin_may_connect_where_a_proxy_ends_tls(gateway: Any, connect: Any, ada: Person, told: str) -> None:
    own = gateway.url.replace("http://", "https://")
    await connect(gateway, ada.token, headers={"Origin": own, "X-Forwarded-Proto": told})
    for strange in ({"Origin": own}, {"Origin": "https://evil.example", "X-Forwarded-Proto": told}):
        with pytest.raises(socketio.exceptions.ConnectionError):
            await connect(gateway, ada.token, headers=strange)


async def test_joining_catches_up(gateway: Any, connect: Any, ada: Person) -> None:
    client = await connect(gateway, ada.token)
    answer = await client.call("conversation.join", {"conversation_id": CONVERSATION, "after_seq": 5})
    assert answer["conversation"]["id"] == CONVERSATION
    assert [found["seq"] for found in answer["messages"]] == list(range(6, 251))
    assert answer["has_more"] is False
    latest = await client.call("conversation.join", {"conversation_id": CONVERSATION})
    assert [found["seq"] for found in latest["messages"]] == list(range(231, 251))


async def test_an_outsider_finds_nothing(gateway: Any, connect: Any, ada: Person, eve: Person) -> None:
    member, outsider = await connect(gateway, ada.token), await connect(gateway, eve.token)
    await member.call("conversation.join", {"conversation_id": CONVERSATION})
    for event in ("conversation.join", "typing"):
        answer = await outsider.call(event, {"conversation_id": CONVERSATION})
        assert (answer["ok"], answer["problem"]["status"], answer["problem"]["code"]) == (False, 404, "messaging.conversation.not_found")
    assert (await member.call("typing", {"conversation_id": CONVERSATION}))["ok"]
    assert (await outsider.call("typing", {"conversation_id": CONVERSATION}))["ok"] is False
    assert not outsider.told


async def test_a_message_is_acknowledged_with_what_was_committed(gateway: Any, connect: Any, ada: Person, fake_rpc: FakeRpc) -> None:
    client = await connect(gateway, ada.token)
    payload = {"conversation_id": CONVERSATION, "client_message_id": "m1", "text": "Hello"}
    answer = await client.call("message.send", payload)
    assert (answer["ok"], answer["message"]["seq"], answer["message"]["text"]) == (True, 251, "Hello")
    (asked,) = fake_rpc.of(SendMessage)
    assert (asked.token, asked.request.model_dump(mode="json")) == (ada.token, payload)
    read = await client.call("message.read", {"conversation_id": CONVERSATION, "seq": 251})
    assert read["conversation"]
    assert len(fake_rpc.of(MarkRead)) == 1


@pytest.mark.parametrize(
    ("payload", "pointer"),
    [
        ({}, "/conversation_id"),
        ({"conversation_id": CONVERSATION, "client_message_id": "m1"}, "/text"),
        ({"conversation_id": {"$ne": None}, "client_message_id": "m1", "text": "x"}, "/conversation_id"),
        ({"conversation_id": CONVERSATION, "client_message_id": "m1", "text": "x", "sender_id": "me"}, "/sender_id"),
        ({"conversation_id": CONVERSATION, "client_message_id": "m1", "text": 5}, "/text"),
        ({"conversation_id": CONVERSATION, "client_message_id": "m 1", "text": "x"}, "/client_message_id"),
        ({"conversation_id": CONVERSATION, "client_message_id": "m1", "text": "x" * 5001}, "/text"),
    ],
)
async def test_a_bad_payload_is_answered_by_name(gateway: Any, connect: Any, ada: Person, payload: Any, pointer: str) -> None:
    client = await connect(gateway, ada.token)
    answer = await client.call("message.send", payload)
    assert (answer["ok"], answer["problem"]["status"]) == (False, 422)
    assert pointer in [error["pointer"] for error in answer["problem"]["errors"]]


BROKEN: tuple[Any, ...] = (None, "text", 5, [], [{}], ({}, {}), (), {"a": [[[[[]]]]]})


@pytest.mark.parametrize("event", ["conversation.join", "message.send", "message.read", "typing", "auth.refresh", "no.such.event"])
async def test_no_payload_breaks_a_socket(gateway: Any, connect: Any, ada: Person, event: str) -> None:
    client = await connect(gateway, ada.token)
    for payload in BROKEN:
        answer = await client.call(event, payload)
        assert (answer["ok"], answer["problem"]["status"]) == (False, 404 if event == "no.such.event" else 422), payload
    assert (await client.call("conversation.join", {"conversation_id": CONVERSATION}))["ok"]


async def test_a_service_that_is_away_is_told_in_the_acknowledgement(gateway: Any, connect: Any, ada: Person, fake_rpc: FakeRpc) -> None:
    fake_rpc.answers[SendMessage] = problem(Kind.UNAVAILABLE, "messaging.unavailable")
    client = await connect(gateway, ada.token)
    answer = await client.call("message.send", {"conversation_id": CONVERSATION, "client_message_id": "m1", "text": "x"})
    assert answer["problem"] | {"request_id": ""} == {
        "type": "about:blank",
        "title": "Unavailable for the moment",
        "status": 503,
        "code": "messaging.unavailable",
        "detail": "No.",
        "request_id": "",
    }


async def test_an_event_reaches_its_people_on_every_replica_once(
    start_gateway: Any, connect: Any, publish: Any, ada: Person, bob: Person, eve: Person
) -> None:
    one, other = await start_gateway(), await start_gateway()
    clients = [await connect(one, ada.token), await connect(other, bob.token), await connect(other, ada.token)]
    outsider = await connect(other, eve.token)
    event_id = new_id("event")
    await publish(sent("Hello", ada, bob), event_id)
    await publish(sent("Hello", ada, bob), event_id)  # delivered again
    await publish(sent("Last", ada, bob, eve))
    assert (await outsider.hears("message.created"))["text"] == "Last"
    for client in clients:
        await client.hears("message.created", times=2)
        assert [found["text"] for found in client.heard("message.created")] == ["Hello", "Last"]
    assert len(outsider.heard("message.created")) == 1


async def test_receipts_notifications_and_challenges_are_pushed(
    gateway: Any, connect: Any, publish: Any, ada: Person, bob: Person, eve: Person
) -> None:
    owner, invited, stranger = await connect(gateway, ada.token), await connect(gateway, bob.token), await connect(gateway, eve.token)
    challenge = sample(ChallengeUpdated)["challenge"] | {"challenger_id": ada.id, "invited_user_ids": [bob.id], "visibility": "private"}
    await publish(ChallengeUpdated.model_validate(sample(ChallengeUpdated) | {"challenge": challenge}))
    await publish(ConversationRead(conversation_id=CONVERSATION, participant_ids=(ada.id, bob.id), user_id=bob.id, seq=9))
    await publish(NotificationCreated.model_validate(sample(NotificationCreated) | {"user_id": eve.id, "unread_count": 3}))
    assert (await owner.hears("challenge.updated"))["challenge_id"] == challenge["id"]
    assert (await invited.hears("challenge.updated"))["change"] == "challenge_updated"
    assert await owner.hears("receipt.updated") == {"conversation_id": CONVERSATION, "user_id": bob.id, "seq": 9}
    assert (await stranger.hears("notification.created"))["unread_count"] == 3
    assert [name for name, _ in stranger.told] == ["notification.created"]


async def test_typing_and_presence_cross_replicas(start_gateway: Any, connect: Any, ada: Person, bob: Person) -> None:
    one, other = await start_gateway(), await start_gateway()
    first = await connect(one, ada.token)
    await first.call("conversation.join", {"conversation_id": CONVERSATION})
    second = await connect(other, bob.token)
    joined = await second.call("conversation.join", {"conversation_id": CONVERSATION})
    assert set(joined["online"]) == {ada.id, bob.id}
    assert await first.hears("presence") == {"conversation_id": CONVERSATION, "user_id": bob.id, "online": True}
    await second.call("typing", {"conversation_id": CONVERSATION})
    assert await first.hears("typing") == {"conversation_id": CONVERSATION, "user_id": bob.id}
    assert not second.heard("typing")
    first.told.clear()
    await second.socket.disconnect()
    assert await first.hears("presence") == {"conversation_id": CONVERSATION, "user_id": bob.id, "online": False}


async def test_people_of_a_replica_that_died_go_offline(start_gateway: Any, connect: Any, redis_url: str, ada: Person, bob: Person) -> None:
    gateway = await start_gateway(presence_ttl_s=0.6)
    redis = SharedRedis(redis_url, timeout_s=PATIENCE_S)
    await Presence(redis, ttl_s=5).refresh([(bob.id, "a socket of a replica that dies now")])
    client = await connect(gateway, ada.token)
    joined = await client.call("conversation.join", {"conversation_id": CONVERSATION})
    assert bob.id in joined["online"]
    assert await client.hears("presence") == {"conversation_id": CONVERSATION, "user_id": bob.id, "online": False}
    await redis.close()


async def test_a_revoked_session_is_cut_on_every_replica(
    start_gateway: Any, connect: Any, publish: Any, tokens: TestTokens, ada: Person
) -> None:
    one, other = await start_gateway(), await start_gateway()
    cut = [await connect(one, ada.token), await connect(other, ada.token)]
    kept = await connect(one, tokens.issue(ada.id))
    await publish(SessionRevoked(user_id=ada.id, session_id=ada.session_id, reason="logged_out"))
    for client in cut:
        assert (await client.hears("session.revoked"))["reason"] == "logged_out"
        await client.is_cut_off()
    assert (await kept.call("conversation.join", {"conversation_id": CONVERSATION}))["problem"]["status"] == 404
    with pytest.raises(socketio.exceptions.ConnectionError):
        await connect(await start_gateway(), ada.token)


async def test_calls_after_expiry_are_refused_until_the_token_is_renewed(
    start_gateway: Any, connect: Any, tokens: TestTokens, fake_rpc: FakeRpc
) -> None:
    clock = FixedClock(datetime.now(UTC) + timedelta(seconds=2))
    gateway = await start_gateway(clock=clock)
    user_id = new_id("user")
    fake_rpc.answers[GetConversation] = view(ConversationView)
    client = await connect(gateway, tokens.issue(user_id))
    join = {"conversation_id": CONVERSATION}
    assert (await client.call("conversation.join", join))["ok"]
    clock.advance(timedelta(minutes=16))
    refused = await client.call("conversation.join", join)
    assert (refused["problem"]["status"], refused["problem"]["code"]) == (401, "identity.token.invalid")
    other_person = tokens.issue(new_id("user"), lifetime=3600)
    assert (await client.call("auth.refresh", {"token": other_person}))["problem"]["code"] == "gateway.socket.another_person"
    assert (await client.call("auth.refresh", {"token": "forged"}))["problem"]["status"] == 401
    assert (await client.call("auth.refresh", {"token": tokens.issue(user_id, lifetime=3600)})) == {"ok": True}
    assert (await client.call("conversation.join", join))["ok"]


async def test_a_socket_whose_token_is_not_renewed_is_cut(
    start_gateway: Any, connect: Any, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.realtime.server._GRACE_S", 0.0)
    clock = FixedClock(datetime.now(UTC) + timedelta(seconds=2))
    client = await connect(await start_gateway(clock=clock, presence_ttl_s=0.3), ada.token)
    clock.advance(timedelta(minutes=16))
    assert (await client.hears("session.revoked"))["reason"] == "expired"
    await client.is_cut_off()


@pytest.mark.parametrize("name", ["connect", "disconnect", "*"])
async def test_a_client_cannot_call_what_the_server_itself_calls(
    gateway: Any, connect: Any, publish: Any, ada: Person, bob: Person, name: str
) -> None:
    """A socket that could say `disconnect` would be forgotten but stay in its rooms, deaf to the end of its session."""
    client = await connect(gateway, ada.token)
    answer = await client.call(name, ({}, {"token": bob.token}))
    assert (answer["ok"], answer["problem"]["code"]) == (False, "gateway.event.not_found")
    assert (await client.call("conversation.join", {"conversation_id": CONVERSATION}))["ok"] is True
    await publish(sent("for Bob", bob))
    await publish(sent("for Ada", ada))
    assert (await client.hears("message.created"))["text"] == "for Ada"
    await publish(SessionRevoked(user_id=ada.id, session_id=ada.session_id, reason="logged_out"))
    await client.is_cut_off()


@pytest.mark.parametrize("packet", ["420[]", "420{}", '420[{"a":1},{}]', "420[[],{}]", "420[null]", "420[5]"])
async def test_a_packet_without_a_name_is_answered(gateway: Any, ada: Person, packet: str) -> None:
    url = f"{gateway.url}/socket.io/?EIO=4&transport=websocket"
    async with gateway.client.ws_connect(url) as socket:
        await socket.receive_str()
        await socket.send_str("40" + orjson.dumps({"token": ada.token}).decode())
        await socket.receive_str()
        await socket.send_str(packet)
        answer = await socket.receive_str(timeout=10)
    assert answer.startswith("430[")
    assert orjson.loads(answer[3:])[0]["problem"]["code"] == "gateway.event.not_found"


async def test_who_does_not_say_who_they_are_is_cut(start_gateway: Any, connect: Any, ada: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """None of them asks for what is left to read: the rounds go on all the same, and Ada's token is still looked at."""
    clock = FixedClock(datetime.now(UTC) + timedelta(seconds=2))
    gateway = await start_gateway(clock=clock, presence_ttl_s=0.3)
    socket = await connect(gateway, ada.token)
    monkeypatch.setattr("gateway.realtime.server._STRANGER_S", 0.2)
    monkeypatch.setattr("gateway.realtime.server._GRACE_S", 0.0)
    async with aiohttp.ClientSession() as http:
        place = f"{gateway.url}/socket.io/?EIO=4&transport=polling"

        async def is_gone(stranger: str) -> bool:
            async with http.post(f"{place}&sid={stranger}", data="3") as answer:  # it answers each ping
                return answer.status == 400

        for _ in range(2):
            stranger = orjson.loads((await (await http.get(place)).text())[1:])["sid"]
            await observing.eventually(functools.partial(is_gone, stranger))
    assert (await socket.call("conversation.join", {"conversation_id": CONVERSATION}))["ok"]
    clock.advance(timedelta(minutes=16))
    assert (await socket.hears("session.revoked"))["reason"] == "expired"
    await socket.is_cut_off()


@pytest.mark.parametrize("fault", ["fails", "hangs"])
async def test_a_step_of_the_round_that_goes_wrong_stops_no_other(
    start_gateway: Any, connect: Any, ada: Person, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    async def go_wrong(_real_time: RealTime) -> None:
        if fault == "hangs":
            await asyncio.Event().wait()
        raise ArithmeticError

    monkeypatch.setattr("gateway.realtime.server._STEP_S", 0.1)
    monkeypatch.setattr("gateway.realtime.server._GRACE_S", 0.0)
    monkeypatch.setattr(RealTime, "_cut_strangers", go_wrong)
    clock = FixedClock(datetime.now(UTC) + timedelta(seconds=2))
    client = await connect(await start_gateway(clock=clock, presence_ttl_s=0.3), ada.token)
    clock.advance(timedelta(minutes=16))
    await client.is_cut_off()


async def test_handshakes_are_limited(start_gateway: Any) -> None:
    gateway = await start_gateway(rate_limits={RateClass.READ: Policy(quota=2, window_s=600)}, trusted_proxies=1)
    address = random_address()  # what it has used up stays so for others with this Redis
    async with aiohttp.ClientSession(headers={"X-Forwarded-For": address}) as http:
        place = f"{gateway.url}/socket.io/?EIO=4&transport=polling"
        assert [(await http.get(place)).status for _ in range(3)] == [200, 200, 429]
        async with http.get(place) as answer:
            assert (await answer.json(content_type=None))["code"] == "gateway.rate_limit.exceeded"
            assert 250 < int(answer.headers["Retry-After"]) <= 300


async def test_calls_that_do_not_exist_are_limited_too(start_gateway: Any, connect: Any, ada: Person) -> None:
    gateway = await start_gateway(rate_limits={RateClass.SOCKET: Policy(quota=3, window_s=60)})
    client = await connect(gateway, ada.token)  # costs one
    answers = [await client.call("no.such.call", {}) for _ in range(3)]
    assert [answer["problem"]["status"] for answer in answers] == [404, 404, 429]


async def test_calls_are_limited(start_gateway: Any, connect: Any, ada: Person) -> None:
    gateway = await start_gateway(rate_limits={"socket": "3/600"})
    client = await connect(gateway, ada.token)
    answers = [await client.call("conversation.join", {"conversation_id": CONVERSATION}) for _ in range(3)]
    assert [answer["ok"] for answer in answers] == [True, True, False]
    assert answers[2]["problem"]["status"] == 429


async def test_chat_goes_on_without_redis(
    start_gateway: Any, connect: Any, publish: Any, own_redis: Redis, ada: Person, bob: Person
) -> None:
    one, other = await start_gateway(redis_url=own_redis.url), await start_gateway(redis_url=own_redis.url)
    first = await connect(one, ada.token)
    await first.call("conversation.join", {"conversation_id": CONVERSATION})
    own_redis.process.kill()
    second = await connect(other, bob.token)
    joined = await second.call("conversation.join", {"conversation_id": CONVERSATION})
    assert (joined["ok"], joined["online"]) == (True, [])
    assert (await second.call("typing", {"conversation_id": CONVERSATION}))["ok"]
    assert (await second.call("message.send", {"conversation_id": CONVERSATION, "client_message_id": "m", "text": "x"}))["ok"]
    await publish(sent("Still here", ada, bob))
    assert (await first.hears("message.created"))["text"] == "Still here"
    assert (await second.hears("message.created"))["text"] == "Still here"


async def test_typing_crosses_again_when_redis_is_back(
    start_gateway: Any, connect: Any, own_redis: Redis, ada: Person, bob: Person
) -> None:
    one, other = await start_gateway(redis_url=own_redis.url), await start_gateway(redis_url=own_redis.url)
    first, second = await connect(one, ada.token), await connect(other, bob.token)
    own_redis.process.kill()
    own_redis.start()
    for client in (first, second):
        await client.call("conversation.join", {"conversation_id": CONVERSATION})
    async with asyncio.timeout(15):
        while not first.heard("typing"):
            await second.call("typing", {"conversation_id": CONVERSATION})
            await asyncio.sleep(0.1)


async def test_typing_crosses_again_after_a_way_to_redis_fell_silent(
    start_gateway: Any, connect: Any, redis_url: str, ada: Person, bob: Person
) -> None:
    with FaultProxy(port_of(redis_url)) as way:
        one, other = await start_gateway(redis_url=way.url(redis_url)), await start_gateway()
        first, second = await connect(one, ada.token), await connect(other, bob.token)
        way.half_open()
        await first.call("conversation.join", {"conversation_id": CONVERSATION})
        await second.call("conversation.join", {"conversation_id": CONVERSATION})
        ready = await one.ask("GET", "/health/ready")
        assert (ready.status, ready.json["status"]) == (200, "degraded")
        way.heal()
        async with asyncio.timeout(30):
            while not first.heard("typing"):
                await second.call("typing", {"conversation_id": CONVERSATION})
                await asyncio.sleep(0.1)
        await eventually_ready(one)


async def eventually_ready(gateway: Any) -> None:
    async with asyncio.timeout(15):
        while (await gateway.ask("GET", "/health/ready")).json["status"] != "ready":  # noqa: ASYNC110 - seen from outside only
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("fault", [FaultProxy.reset, FaultProxy.half_open], ids=["reset", "half-open"])
async def test_after_a_broken_broker_connection_clients_are_told_to_look(
    start_gateway: Any, connect: Any, publish: Any, amqp_url: str, ada: Person, bob: Person, fault: Callable[[FaultProxy], None]
) -> None:
    with FaultProxy(port_of(amqp_url)) as way:
        gateway = await start_gateway(amqp_url=way.url(amqp_url))
        client = await connect(gateway, ada.token)
        fault(way)
        way.heal()
        async with asyncio.timeout(40):  # a silent connection is given up after three missed heartbeats
            while not client.heard("resync"):  # noqa: ASYNC110 - seen from outside only
                await asyncio.sleep(0.05)
        await eventually(lambda: gateway.health.feed.connected)
        await publish(sent("After", ada, bob))
        assert (await client.hears("message.created"))["text"] == "After"
        await gateway.close()


async def test_a_broker_that_is_far_away_is_heard(
    start_gateway: Any, connect: Any, publish: Any, amqp_url: str, ada: Person, bob: Person
) -> None:
    with FaultProxy(port_of(amqp_url)) as way:
        way.delay(40)  # each way
        gateway = await start_gateway(amqp_url=way.url(amqp_url))
        client = await connect(gateway, ada.token)
        await publish(sent("From afar", ada, bob))
        assert (await client.hears("message.created"))["text"] == "From afar"
        await gateway.close()


async def test_a_session_that_ended_while_the_feed_was_gone_is_cut(
    start_gateway: Any, connect: Any, amqp_url: str, ada: Person, bob: Person, fake_rpc: FakeRpc
) -> None:
    """Nothing is published: nobody would hear it."""
    answers = {bob.token: view(SessionsView), ada.token: view(SessionsView)}
    fake_rpc.answers[ListSessions] = lambda _asked: answers[fake_rpc.calls[-1].token]
    with FaultProxy(port_of(amqp_url)) as way:
        gateway = await start_gateway(amqp_url=way.url(amqp_url), presence_ttl_s=0.3)
        thief, client = await connect(gateway, ada.token), await connect(gateway, bob.token)
        await eventually(lambda: {asked.token for asked in fake_rpc.of(ListSessions)} == {ada.token, bob.token})
        way.cut()
        await eventually(lambda: not gateway.health.feed.connected)
        fake_rpc.calls.clear()
        answers |= dict.fromkeys(answers, problem(Kind.UNAVAILABLE, "authentication.unavailable"))  # which says nothing about anybody
        way.heal()
        await client.hears("resync")
        await eventually(lambda: fake_rpc.of(ListSessions))
        assert not thief.heard("session.revoked")
        answers |= {bob.token: view(SessionsView), ada.token: problem(Kind.UNAUTHENTICATED, "identity.session.ended")}
        assert (await thief.hears("session.revoked"))["session_id"] == ada.session_id
        await thief.is_cut_off()
        assert (await client.call("conversation.join", {"conversation_id": CONVERSATION}))["ok"]
        await gateway.close()


async def test_a_session_that_ended_before_the_replica_was_there_is_cut(
    start_gateway: Any, connect: Any, ada: Person, fake_rpc: FakeRpc
) -> None:
    others = view(SessionsView).items[0].model_copy(update={"current": False})
    fake_rpc.answers[ListSessions] = SessionsView(items=(others,))
    client = await connect(await start_gateway(presence_ttl_s=0.3), ada.token)
    assert (await client.hears("session.revoked"))["reason"] == "revoked"
    await client.is_cut_off()


@pytest.mark.parametrize(("asked_first", "name"), [(RateLimits, "take"), (Presence, "refresh")], ids=["limits", "presence"])
async def test_a_session_that_ends_while_its_socket_connects_is_refused(
    start_gateway: Any, connect: Any, publish: Any, ada: Person, monkeypatch: pytest.MonkeyPatch, asked_first: type, name: str
) -> None:
    """Whichever answer of Redis the socket waits for meanwhile."""
    heard = asyncio.Event()
    add, answer = Revocations.add, getattr(asked_first, name)

    async def add_and_tell(self: Revocations, session_id: str) -> None:
        await add(self, session_id)
        heard.set()

    async def answer_late(self: Any, *asked: Any) -> Any:
        await publish(SessionRevoked(user_id=ada.id, session_id=ada.session_id, reason="revoked"))
        await heard.wait()
        return await answer(self, *asked)

    gateway = await start_gateway()
    monkeypatch.setattr(Revocations, "add", add_and_tell)
    monkeypatch.setattr(asked_first, name, answer_late)
    with pytest.raises(socketio.exceptions.ConnectionError):
        await connect(gateway, ada.token)
