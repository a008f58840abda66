"""What waits for a client is bounded, and a transport ends although its client reads nothing."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import socketio
from engineio.async_socket import AsyncSocket
from engineio.packet import MESSAGE, PONG, UPGRADE, Packet
from gateway_fakes.waiting import eventually

from gateway.realtime import engine as module
from gateway.realtime.engine import Outbox
from gateway.realtime.server import create_server


class Sockets:
    """A server, and one polling transport whose client never asks for what waits."""

    def __init__(self) -> None:
        self.server = create_server((), socketio.AsyncManager())
        self.client = AsyncSocket(self.server.eio, "transport")
        self.server.eio.sockets["transport"] = self.client

    async def open(self) -> None:
        await self.server._handle_eio_connect("transport", {})

    @property
    def is_ended(self) -> bool:
        return self.client.closed and "transport" not in self.server.eio.sockets

    @property
    def connected(self) -> list[Any]:
        return list(self.server.manager.get_participants("/", None))


@pytest.fixture
def sockets() -> Sockets:
    return Sockets()


def said(text: str) -> Packet:
    return Packet(MESSAGE, text)


async def test_an_outbox_holds_so_many_packets_and_the_end() -> None:
    outbox = Outbox()
    for _ in range(module._MOST_PACKETS):
        await outbox.put(said("x"))
    assert not outbox.overflowed
    await outbox.put(said("x"))
    await outbox.put(None)
    assert (outbox.overflowed, outbox.qsize()) == (True, module._MOST_PACKETS + 1)


async def test_an_outbox_holds_so_many_bytes_and_again_when_some_were_taken() -> None:
    outbox, half = Outbox(), "x" * (module._MOST_BYTES // 2)
    for _ in range(4):
        await outbox.put(said(half))
        await outbox.put(said(half))
        assert not outbox.overflowed
        outbox.clear()
    for _ in range(3):
        await outbox.put(said(half))
    assert (outbox.overflowed, outbox.qsize()) == (True, 2)


async def test_what_waits_is_unread_when_nothing_of_it_is_taken_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr("gateway.realtime.engine.time.monotonic", lambda: now)
    outbox = Outbox()
    now += 100
    assert not outbox.unread  # there is nothing
    await outbox.put(said("1"))
    await outbox.put(said("2"))
    now += module._UNREAD_S
    assert not outbox.unread
    outbox.get_nowait()
    now += module._UNREAD_S
    assert not outbox.unread
    now += 1
    assert outbox.unread


async def test_a_client_that_leaves_too_much_unread_is_cut(sockets: Sockets) -> None:
    await sockets.open()
    for _ in range(module._MOST_PACKETS):
        await sockets.server._send_packet("transport", sockets.server.packet_class(data=["x"]))
    assert not sockets.is_ended
    await sockets.server._send_packet("transport", sockets.server.packet_class(data=["x"]))
    await eventually(lambda: sockets.is_ended)
    await sockets.server.shutdown()


async def test_a_client_that_answers_pings_it_has_not_read_is_cut(sockets: Sockets, monkeypatch: pytest.MonkeyPatch) -> None:
    await sockets.open()
    await sockets.server.eio.send("transport", "anything")
    await sockets.client.receive(Packet(PONG))
    await sockets.server.eio.end_unread()
    assert not sockets.is_ended
    monkeypatch.setattr(module, "_UNREAD_S", -1.0)
    await sockets.server.eio.end_unread()
    assert sockets.is_ended


async def test_what_the_stock_server_itself_answers_piles_up_no_more_than_the_rest(sockets: Sockets) -> None:
    await sockets.open()
    for _ in range(module._MOST_PACKETS * 2):
        await sockets.client.receive(Packet(UPGRADE))
    assert sockets.client.queue.qsize() == module._MOST_PACKETS
    await sockets.server.eio.end_unread()
    assert sockets.is_ended


async def test_ending_waits_for_nobody_and_ends_a_poll(sockets: Sockets) -> None:
    await sockets.open()
    polling = asyncio.create_task(sockets.client.poll())
    await sockets.server.eio.disconnect("transport")
    async with asyncio.timeout(5):
        assert await polling == []
    await sockets.server.eio.disconnect("transport")  # twice is as good


@pytest.mark.parametrize("packet", [b"bytes", "51-[{}]", "61-[]", "٥1-[{}]", "４", "7", "", {"a": 1}, [], 5, "x"], ids=repr)
async def test_a_packet_that_none_of_our_calls_takes_ends_its_transport(sockets: Sockets, packet: Any) -> None:
    await sockets.open()
    await sockets.server._handle_eio_message("transport", packet)
    assert sockets.is_ended
    await sockets.server._handle_eio_message("transport", "0")
    assert (sockets.server._binary_packet, sockets.connected) == ({}, [])


@pytest.mark.parametrize("opens", [True, False], ids=["accepted", "refused"])
async def test_a_transport_that_ends_while_its_socket_opens_leaves_nothing_behind(sockets: Sockets, opens: bool) -> None:
    began, goes_on = asyncio.Event(), asyncio.Event()
    left: list[str] = []

    async def connect(_socket_id: str, _environ: Any, _auth: Any) -> bool:
        began.set()
        await goes_on.wait()
        return opens

    async def disconnect(socket_id: str, _reason: str) -> None:
        left.append(socket_id)

    sockets.server.on("connect", connect)
    sockets.server.on("disconnect", disconnect)
    await sockets.open()
    opening = asyncio.create_task(sockets.server._handle_eio_message("transport", "0"))
    await began.wait()
    await sockets.server.eio.disconnect("transport")
    goes_on.set()
    await opening
    assert (sockets.connected, len(left)) == ([], int(opens))
