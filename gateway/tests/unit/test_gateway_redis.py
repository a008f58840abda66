"""Whatever way the connection to Redis is lost, it is an ordinary answer; a bug stays one."""

from __future__ import annotations

from typing import Any

import pytest
from redis.exceptions import ResponseError

from gateway.shared.connection import RedisAway, SharedRedis

CLOSED = RuntimeError("unable to perform operation on <TCPTransport closed=True reading=False 0x55>; the handler is closed")


@pytest.mark.parametrize(
    "error", [CLOSED, ConnectionResetError(), TimeoutError(), ResponseError("OOM")], ids=lambda error: type(error).__name__
)
async def test_a_lost_connection_is_told_as_such(error: Exception) -> None:
    async def fail(_: Any) -> None:
        raise error

    shared = SharedRedis("redis://127.0.0.1:9")
    with pytest.raises(RedisAway):
        await shared.run(fail)


async def test_a_bug_is_no_lost_connection() -> None:
    async def fail(_: Any) -> None:
        raise RuntimeError("cannot reuse already awaited coroutine")

    with pytest.raises(RuntimeError, match="already awaited"):
        await SharedRedis("redis://127.0.0.1:9").run(fail)
