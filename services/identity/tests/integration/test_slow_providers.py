"""Providers that answer slowly or at length: what they cost the others has bounds."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field

import pytest

from identity.adapters import provider_http
from identity.adapters.oidc_sign_ins import HttpSignIns
from identity.adapters.provider_http import Bounds, ProviderHttp
from identity.domain.errors import ProviderAway, SignInRefused
from identity.domain.sign_in import Protocol, Provider

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"
Answering = Callable[[socket.socket], None]


@dataclass
class Server:
    """Answers each connection as a test says, on a thread of its own, until the test ends."""

    answer: Answering
    over: threading.Event = field(default_factory=threading.Event)
    asked: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def __post_init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def provider(self, name: str = "organisation_1", *, guarded: bool = False) -> Provider:
        return Provider(name, Protocol.OIDC, self.url, "us", "secret", guarded=guarded)

    def close(self) -> None:
        self.over.set()
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for thread in self._threads:
            thread.join(timeout=10)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listening.accept()
                self._threads.append(threading.Thread(target=self._serve, args=(connection,)))
                self._threads[-1].start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.recv(64 * 1024)
            self.asked.release()
            self.answer(connection)


@pytest.fixture
def serving() -> Iterator[Callable[[Answering], Server]]:
    servers: list[Server] = []

    def serve(answer: Answering) -> Server:
        servers.append(Server(answer))
        return servers[-1]

    yield serve
    for server in servers:
        server.close()


def test_an_answer_without_end_is_refused(serving) -> None:
    sent = 0

    def pour(connection: socket.socket) -> None:
        nonlocal sent
        connection.sendall(HEAD + b"Content-Length: 10000000\r\n\r\n")
        while sent < 10_000_000:
            sent += connection.send(b" " * 10_000)

    server = serving(pour)
    sign_ins = HttpSignIns(ProviderHttp(Bounds(within_s=60)))
    with pytest.raises(SignInRefused):
        sign_ins.authorization_url(server.provider(), "state", "nonce", "v" * 43, "http://127.0.0.1:1/back")
    server.close()
    assert sent < 10_000_000, "the rest of it was not waited for"


DRIPPING = """
from chassis.green import eventlet
eventlet.monkey_patch()
import socket
from identity.adapters.provider_http import Bounds, ProviderHttp
from identity.domain.errors import ProviderAway
from identity.domain.sign_in import Protocol, Provider

listening = socket.create_server(("127.0.0.1", 0))
url = "http://127.0.0.1:%d" % listening.getsockname()[1]

def drip():
    connection, _ = listening.accept()
    connection.sendall({beginning})
    try:
        while True:
            connection.sendall(b"x")
            eventlet.sleep(0.01)
    except OSError:
        print("closed")

server = eventlet.spawn(drip)
try:
    ProviderHttp(Bounds(within_s=2)).ask(Provider("x", Protocol.OIDC, url, "us", "secret"), "GET", url)
except ProviderAway:
    print("away")
server.wait()
"""


@pytest.mark.parametrize("beginning", [b"HTTP/1.1 200 OK\r\nX-Slow: ", HEAD + b"\r\n"], ids=["head", "body"])
def test_an_answer_that_drips_is_given_up(beginning: bytes) -> None:
    """As services run: whatever waits is a greenlet."""
    program = DRIPPING.format(beginning=repr(beginning))
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert ended.stdout.split() == ["away", "closed"], ended.stderr


def test_customers_providers_never_take_all_workers(serving, monkeypatch) -> None:
    monkeypatch.setattr(provider_http, "is_public", lambda _: True)

    def hold(connection: socket.socket) -> None:
        server.over.wait(30)
        connection.sendall(HEAD + b"\r\n{}")

    server = serving(hold)
    http = ProviderHttp(Bounds(within_s=60, places=3, places_each=2))
    with ThreadPoolExecutor(3) as callers:
        waiting = [
            callers.submit(http.ask, server.provider(name, guarded=True), "GET", server.url)
            for name in ("organisation_1", "organisation_1", "organisation_2")
        ]
        for _ in waiting:
            assert server.asked.acquire(timeout=30)
        for name in ("organisation_1", "organisation_3"):
            with pytest.raises(ProviderAway):
                http.ask(server.provider(name, guarded=True), "GET", server.url)
        server.over.set()
        assert [one.result(timeout=30).told for one in waiting] == [{}, {}, {}]
    assert http.ask(server.provider("organisation_1", guarded=True), "GET", server.url).told == {}, "whoever has their answer makes place"
    assert http.ask(server.provider("google"), "GET", server.url).told == {}


def test_what_providers_publish_is_kept_within_bounds(serving) -> None:
    def publish(connection: socket.socket) -> None:
        endpoints = f'"authorization_endpoint": "{server.url}/a", "token_endpoint": "{server.url}/t", "jwks_uri": "{server.url}/k"'
        body = f'{{"issuer": "{server.url}", {endpoints}, "more": "{"x" * 200_000}"}}'.encode()
        connection.sendall(HEAD + f"Content-Length: {len(body)}\r\n\r\n".encode() + body)

    sign_ins, servers = HttpSignIns(ProviderHttp()), []
    for _ in range(25):
        server = serving(publish)
        servers.append(server)
        sign_ins.authorization_url(server.provider(), "state", "nonce", "v" * 43, "http://127.0.0.1:1/back")
    assert sum(answer.size for answer in sign_ins._kept.values()) <= 4 * 1024 * 1024
    server.close()
    assert sign_ins.authorization_url(server.provider(), "state", "nonce", "v" * 43, "http://127.0.0.1:1/back").startswith(server.url)
