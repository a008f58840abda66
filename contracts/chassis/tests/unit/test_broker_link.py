"""A connection that is made anew whenever it ends: nothing that goes wrong ends that, and no goodbye is waited for without end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from aio_pika.exceptions import AMQPConnectionError, DeliveryError
from aiormq.exceptions import ChannelInvalidStateError

from chassis import broker_link
from chassis.broker_link import BrokerLost, broker_errors, kept, leave

FAILURES = [
    AMQPConnectionError("refused"),
    ConnectionResetError("reset"),
    ChannelInvalidStateError("the channel was closed under the call"),
    asyncio.CancelledError("a closing connection cancels what waits for it"),
    ValueError("nobody thought of this one"),
]


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker_link, "_PAUSES_S", (0.0, 0.001))
    monkeypatch.setattr(broker_link, "_GOODBYE_S", 0.01)
    monkeypatch.setattr(broker_link, "_CONNECT_S", 0.05)


async def used(connect: Callable[[], Awaitable[str]], use: Callable[[str], Awaitable[None]]) -> list[Exception]:
    """Keep a connection until `use` ends the test by a cancellation; what was told of failures."""
    told: list[Exception] = []
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(asyncio.create_task(kept(connect, use, lambda error, _: told.append(error))), 5)
    return told


def cancel() -> None:
    task = asyncio.current_task()
    assert task is not None
    task.cancel()


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: type(failure).__name__)
async def test_whatever_happens_while_connecting_it_is_tried_again(failure: BaseException) -> None:
    attempts = iter([failure, failure, None])

    async def connect() -> str:
        if (error := next(attempts)) is not None:
            raise error
        return "link"

    async def use(link: str) -> None:
        assert link == "link"
        cancel()
        await asyncio.sleep(1)

    assert len(await used(connect, use)) == 2


async def test_a_broker_that_never_answers_is_tried_again() -> None:
    attempts = iter([True, False])

    async def connect() -> str:
        await asyncio.sleep(60 * next(attempts))
        return "link"

    async def use(_link: str) -> None:
        cancel()
        await asyncio.sleep(1)

    (told,) = await used(connect, use)
    assert isinstance(told, BrokerLost)


@pytest.mark.parametrize("failure", [None, *FAILURES], ids=lambda failure: type(failure).__name__)
async def test_however_it_ends_another_is_made(failure: BaseException | None) -> None:
    links: list[str] = []

    async def connect() -> str:
        return "link"

    async def use(link: str) -> None:
        links.append(link)
        if len(links) == 3:
            cancel()
            await asyncio.sleep(1)
        if failure is not None:
            raise failure

    assert await used(connect, use) == []
    assert len(links) == 3


class Deaf:
    """A connection that never says that it is closed."""

    def __init__(self) -> None:
        self.ended = asyncio.Event()

    async def close(self) -> None:
        try:
            await asyncio.sleep(60)
        finally:
            self.ended.set()


async def test_a_connection_that_does_not_close_is_left_all_the_same() -> None:
    connection = Deaf()
    await asyncio.wait_for(leave(connection), 5)  # type: ignore[arg-type]
    (closing,) = broker_link._leaving
    assert not connection.ended.is_set()
    closing.cancel()
    await asyncio.wait([closing])
    assert not broker_link._leaving


async def test_a_goodbye_that_fails_is_one() -> None:
    class Broken:
        async def close(self) -> None:
            raise ChannelInvalidStateError

    await leave(Broken())  # type: ignore[arg-type]


async def test_what_the_broker_refused_is_no_lost_connection() -> None:
    with pytest.raises(DeliveryError), broker_errors():
        raise DeliveryError(None, None)  # type: ignore[arg-type]


async def test_a_cancellation_of_the_task_itself_stays_one() -> None:
    async def work() -> None:
        with broker_errors():
            cancel()
            await asyncio.sleep(1)

    with pytest.raises(asyncio.CancelledError):
        await asyncio.create_task(work())
