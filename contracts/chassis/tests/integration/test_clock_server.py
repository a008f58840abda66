"""The virtual clock and a real server: one connection for all questions, and a new one when the server comes back."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from chassis.clock import VirtualClock
from local_platform.observing import eventually
from local_platform.ports import free_port


class Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def setup(self) -> None:
        super().setup()
        self.server.seen.append(self.connection)

    def do_GET(self) -> None:
        self.server.asked += 1
        body = json.dumps({"offset_seconds": self.server.offset}).encode() if self.path == "/clock" else b"{}"
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Not while testing."""


@contextmanager
def serving(port: int, offset: float, status: int = 200) -> Iterator[Any]:
    server: Any = ThreadingHTTPServer(("127.0.0.1", port), Answers)
    server.daemon_threads = True
    server.seen, server.asked, server.offset, server.status = [], 0, offset, status
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        for connection in server.seen:
            with suppress(OSError):  # hung up already
                connection.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def port() -> int:
    return free_port()


async def test_one_connection_serves_all_questions_and_a_server_that_comes_back_is_followed_again(port: int) -> None:
    with serving(port, 3600) as server:
        clock = VirtualClock(f"http://127.0.0.1:{port}/clock")

        async def asked_often() -> bool:
            return server.asked >= 3

        await eventually(asked_often, within=20.0)
        assert clock._offset.total_seconds() == 3600
        assert len(server.seen) == 1
    with serving(port, 7200):

        async def followed() -> bool:
            return clock._offset.total_seconds() == 7200

        await eventually(followed, within=20.0)
    clock.close()


async def test_a_server_that_answers_something_else_changes_nothing(port: int) -> None:
    with serving(port, 3600) as server:
        clock = VirtualClock(f"http://127.0.0.1:{port}/clock")
        server.status, before = 503, server.asked

        async def asked_again() -> bool:
            return server.asked >= before + 2

        await eventually(asked_again, within=20.0)
        assert clock._offset.total_seconds() == 3600
    clock.close()
