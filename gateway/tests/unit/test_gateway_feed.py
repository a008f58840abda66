"""The feed of events comes back whatever went wrong, and says that something may have been missed."""

from __future__ import annotations

import asyncio

import pytest
from aiormq.exceptions import ChannelInvalidStateError
from gateway_fakes.waiting import eventually

from contracts.base import Event
from gateway.realtime import feed as module
from gateway.realtime.feed import EventFeed


class Connection:
    async def close(self) -> None:
        return


async def test_it_hears_again_after_a_channel_broke_in_the_middle_of_connecting_and_after_the_gap_could_not_be_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    links: list[module._Link] = []
    gaps: list[int] = []

    async def connect(_feed: EventFeed) -> module._Link:
        if not links:
            links.append(module._Link(Connection(), asyncio.Queue()))  # type: ignore[arg-type]
            raise ChannelInvalidStateError
        links.append(module._Link(Connection(), asyncio.Queue()))  # type: ignore[arg-type]
        return links[-1]

    async def on_event(_event: Event) -> None:
        return

    async def on_gap() -> None:
        gaps.append(len(links))
        if len(gaps) == 2:
            raise ConnectionError("Redis")

    monkeypatch.setattr(EventFeed, "_connect", connect)
    feed = EventFeed("amqp://nowhere", [], on_event, on_gap)
    await feed.start()
    try:
        await eventually(lambda: feed.connected)
        links[-1].arrived.put_nowait(None)
        await eventually(lambda: len(gaps) == 3 and feed.connected)
        assert (gaps, len(links)) == ([2, 3, 4], 4)  # at the first connection too: somebody may have connected before
    finally:
        await feed.stop()
    assert not feed.connected
