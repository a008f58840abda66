"""What one client can cost a replica over its socket: bytes nobody asked for, answers nobody reads, conversations that are long."""

from __future__ import annotations

import asyncio
import base64
import json
import secrets
import socket as sockets
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import orjson
import pytest
import pytest_asyncio
from gateway_fakes.rpc import FakeRpc
from gateway_fakes.samples import view
from gateway_fakes.waiting import eventually

from chassis.ids import new_id
from contracts.messaging.queries import GetConversation, ListMessages
from contracts.messaging.views import ConversationView, MessageView
from contracts.paging import Page
from gateway import app
from local_platform import observing

CONVERSATION = new_id("conversation")
LAST = 120
LONGEST = "\N{GRINNING FACE}" * 5000  # 20 kB in a service, 60 kB as it is sent
ONE_ANSWER = 256 * 1024
CALL = orjson.dumps(["conversation.join", {"conversation_id": CONVERSATION, "after_seq": 0}]).decode()


@pytest.fixture
def fake_rpc(user_id: str) -> FakeRpc:
    """One conversation of many long messages."""
    rpc = FakeRpc()
    message = view(MessageView, conversation_id=CONVERSATION, sender_id=user_id, text=LONGEST)

    def messages(asked: ListMessages) -> Page[MessageView]:
        first = LAST - 19 if asked.after_seq is None else asked.after_seq + 1
        return Page(items=tuple(message.model_copy(update={"seq": seq}) for seq in range(first, min(first + asked.limit, LAST + 1))))

    rpc.answers[GetConversation] = view(ConversationView, id=CONVERSATION, participant_ids=[user_id], last_seq=LAST)
    rpc.answers[ListMessages] = messages
    return rpc


@pytest_asyncio.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


class Poller:
    """A client that asks, and comes for the answers only when it is told to."""

    def __init__(self, http: aiohttp.ClientSession, place: str) -> None:
        self._http, self._place = http, place

    @classmethod
    async def connected(cls, http: aiohttp.ClientSession, url: str, token: str) -> Poller:
        place = f"{url}/socket.io/?EIO=4&transport=polling"
        async with http.get(place) as opened:
            poller = cls(http, f"{place}&sid={orjson.loads((await opened.text())[1:])['sid']}")
        assert await poller.says("40" + orjson.dumps({"token": token}).decode())
        assert (await poller.reads()).startswith("40")
        return poller

    async def says(self, packets: str) -> bool:
        """Whether the gateway still knows it."""
        async with self._http.post(self._place, data=packets) as answer:
            return answer.status == 200

    async def reads(self) -> str:
        async with self._http.get(self._place) as answer:
            return await answer.text()


async def test_one_answer_is_bounded_and_the_rest_is_read_by_going_on(gateway: Any, connect: Any, token: str) -> None:
    client = await connect(gateway, token)
    seen: list[int] = []
    for _ in range(LAST):
        answer = await client.call("conversation.join", {"conversation_id": CONVERSATION, "after_seq": seen[-1] if seen else 0})
        assert len(json.dumps(answer["messages"])) < ONE_ANSWER
        seen += [message["seq"] for message in answer["messages"]]
        if not answer["has_more"]:
            break
    assert seen == list(range(1, LAST + 1))


async def test_of_the_latest_messages_the_newest_come(gateway: Any, connect: Any, token: str) -> None:
    answer = await (await connect(gateway, token)).call("conversation.join", {"conversation_id": CONVERSATION})
    assert ([message["seq"] for message in answer["messages"]], answer["has_more"]) == ([117, 118, 119, 120], False)


async def test_one_person_catches_up_with_few_conversations_at_a_time(gateway: Any, connect: Any, token: str, fake_rpc: FakeRpc) -> None:
    plain: Any = fake_rpc.answers[ListMessages]
    goes_on, waiting, most = asyncio.Event(), 0, 0

    async def waits(asked: ListMessages) -> Any:
        nonlocal waiting, most
        waiting += 1
        most = max(most, waiting)
        await goes_on.wait()
        waiting -= 1
        return plain(asked)

    fake_rpc.answers[ListMessages] = waits
    clients = [await connect(gateway, token) for _ in range(2)]
    joins = [asyncio.create_task(client.call("conversation.join", {"conversation_id": CONVERSATION})) for client in clients * 4]
    await eventually(lambda: len(fake_rpc.of(GetConversation)) == 8 and waiting >= 4)
    goes_on.set()
    assert [answer["ok"] for answer in await asyncio.gather(*joins)] == [True] * 8
    assert (most, len(fake_rpc.of(ListMessages))) == (4, 8)


@pytest.mark.parametrize("asks", [f"420{CALL}", '420["no.such.call"]'], ids=["great answers", "many answers"])
async def test_a_client_that_asks_and_never_reads_is_cut(gateway: Any, http: aiohttp.ClientSession, token: str, asks: str) -> None:
    client = await Poller.connected(http, gateway.url, token)
    other = await Poller.connected(http, gateway.url, token)
    for _ in range(40):
        if not await client.says("\x1e".join([asks] * 16)):  # as many packets as one request may carry
            break
    await observing.eventually(lambda: _is_unknown(client))
    assert await other.says('420["no.such.call"]')
    assert "gateway.event.not_found" in await other.reads()


async def _is_unknown(client: Poller) -> bool:
    return not await client.says("3")  # the answer to a ping


async def test_a_web_socket_that_takes_nothing_in_is_hung_up_on(gateway: Any, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It goes on talking, and its network has room for nothing: neither the answers nor a goodbye."""
    monkeypatch.setattr("gateway.realtime.engine._UNREAD_S", 0.5)
    loop = asyncio.get_running_loop()
    with sockets.socket() as client:
        client.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
        client.setblocking(False)
        await loop.sock_connect(client, (gateway.server.host, gateway.server.port))
        key = base64.b64encode(secrets.token_bytes(16)).decode()
        await loop.sock_sendall(
            client,
            (
                "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: gateway\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n"
            ).encode(),
        )
        await loop.sock_sendall(client, _frame("40" + orjson.dumps({"token": token}).decode()))

        async def is_hung_up_on() -> bool:
            try:
                await loop.sock_sendall(client, _frame(f"420{CALL}"))
            except ConnectionError:
                return True
            return False

        await observing.eventually(is_hung_up_on)


def _frame(text: str) -> bytes:
    """A web socket's text frame of a client, masked with zeros (RFC 6455, 5.2)."""
    body = text.encode()
    length = bytes([0x80 | len(body)]) if len(body) < 126 else bytes([0x80 | 126]) + len(body).to_bytes(2, "big")
    return b"\x81" + length + bytes(4) + body


async def test_bytes_end_the_connection(start_gateway: Any, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stock server would keep a packet that announces bytes, and all that follows, until the last of them came."""
    servers: list[Any] = []
    create = app.create_server
    monkeypatch.setattr(app, "create_server", lambda *given: servers.append(create(*given)) or servers[-1])
    gateway = await start_gateway()
    async with gateway.client.ws_connect(f"{gateway.url}/socket.io/?EIO=4&transport=websocket") as socket:
        await socket.receive_str()
        await socket.send_str("40" + orjson.dumps({"token": token}).decode())
        await socket.receive_str()
        await socket.send_str('459999999999-["typing",{"_placeholder":true,"num":0}]')
        await socket.send_bytes(b"x" * 1000)
        assert (await socket.receive(timeout=10)).type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED)
    await eventually(lambda: not servers[0].eio.sockets)
    assert servers[0]._binary_packet == {}
