"""The proxy does what it says to real sockets, and is healthy again when it is told so."""

from __future__ import annotations

import select
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress

import pytest

from local_platform.fault_proxy import FaultProxy
from local_platform.ports import free_port


@pytest.fixture
def echo() -> Iterator[int]:
    """A server that says everything again; its port."""

    def serve(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            while data := connection.recv(65536):
                connection.sendall(data)

    def accept() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

    listener = socket.create_server(("127.0.0.1", free_port()))
    threading.Thread(target=accept, daemon=True).start()
    yield listener.getsockname()[1]
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


@pytest.fixture
def proxy(echo: int) -> Iterator[FaultProxy]:
    with FaultProxy(echo) as started:
        yield started


Connect = Callable[[], socket.socket]


@pytest.fixture
def connect(proxy: FaultProxy) -> Iterator[Connect]:
    opened = []

    def open_one() -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", proxy.port), timeout=5)
        opened.append(connection)
        return connection

    yield open_one
    for connection in opened:
        connection.close()


def said_again(connection: socket.socket, words: bytes) -> bool:
    connection.sendall(words)
    return received(connection, len(words)) == words


def received(connection: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count and (more := connection.recv(count - len(data))):
        data += more
    return data


def silent(connection: socket.socket, seconds: float = 0.2) -> bool:
    """Whether neither data nor an end comes for a while."""
    return select.select([connection], [], [], seconds)[0] == []


def test_a_healthy_way_carries_much_in_both_directions(connect: Connect) -> None:
    connection, much = connect(), b"0123456789" * 500_000
    sending = threading.Thread(target=connection.sendall, args=(much,))
    sending.start()
    assert received(connection, len(much)) == much
    sending.join()


def test_the_end_of_one_side_reaches_the_other(connect: Connect, proxy: FaultProxy) -> None:
    connection = connect()
    assert said_again(connection, b"hello")
    connection.shutdown(socket.SHUT_WR)
    assert connection.recv(1) == b""
    _wait(lambda: proxy.connections == 0)


def test_a_cut_ends_all_and_refuses_more(connect: Connect, proxy: FaultProxy) -> None:
    connection = connect()
    assert said_again(connection, b"hello")
    proxy.cut()
    assert connection.recv(1) == b""
    with pytest.raises(ConnectionRefusedError):
        connect()
    proxy.heal()
    assert said_again(connect(), b"hello")


def test_a_reset_is_seen_as_one_and_new_connections_are_fine(connect: Connect, proxy: FaultProxy) -> None:
    connection = connect()
    assert said_again(connection, b"hello")
    proxy.reset()
    with pytest.raises(ConnectionResetError):
        connection.recv(1)
    assert said_again(connect(), b"hello")


def test_a_black_hole_takes_all_and_answers_nothing(connect: Connect, proxy: FaultProxy) -> None:
    before = connect()
    assert said_again(before, b"hello")
    proxy.half_open()
    during = connect()
    for connection in (before, during):
        connection.sendall(b"x" * 1_000_000)
        assert silent(connection)
    proxy.heal()
    assert said_again(connect(), b"hello")
    for connection in (before, during):  # what they sent is lost, so they say nothing ever after
        connection.sendall(b"more")
        assert silent(connection)


def test_a_server_in_a_black_hole_does_not_hear_that_its_client_has_gone(proxy: FaultProxy, connect: Connect) -> None:
    connection = connect()
    assert said_again(connection, b"hello")
    proxy.half_open()
    connection.close()
    assert silent(connect())
    _wait(lambda: proxy.connections == 2)


def test_what_is_sent_over_a_stalled_way_arrives_when_it_is_healed(connect: Connect, proxy: FaultProxy) -> None:
    connection = connect()
    assert said_again(connection, b"hello")
    proxy.stall()
    late = connect()
    for each in (connection, late):
        each.sendall(b"wait for it")
        assert silent(each)
    proxy.heal()
    assert [received(each, 11) for each in (connection, late)] == [b"wait for it"] * 2


def test_a_stalled_way_makes_the_sender_wait(connect: Connect, proxy: FaultProxy) -> None:
    connection = connect()
    proxy.stall()
    connection.settimeout(0.3)
    with pytest.raises(TimeoutError):
        connection.sendall(b"x" * 50_000_000)


def test_a_delay_holds_up_each_way_and_keeps_the_order(connect: Connect, proxy: FaultProxy) -> None:
    connection = connect()
    assert said_again(connection, b"hello")
    proxy.delay(100)
    began = time.monotonic()
    assert said_again(connection, b"slow")
    assert 0.2 <= time.monotonic() - began < 2
    connection.sendall(b"first")
    _wait(lambda: select.select([], [connection], [], 0)[1] != [])
    proxy.heal()
    assert said_again(connect(), b"quick")
    connection.sendall(b"second")
    assert received(connection, 11) == b"firstsecond"


def test_a_server_that_is_away_is_a_connection_reset() -> None:
    with FaultProxy(free_port()) as proxy:
        connection = socket.create_connection(("127.0.0.1", proxy.port))
        with closing(connection), pytest.raises(ConnectionResetError):
            connection.recv(1)


@pytest.mark.parametrize(
    ("url", "through"),
    [
        ("amqp://guest:guest@127.0.0.1:5672/vhost", "amqp://guest:guest@127.0.0.1:{port}/vhost"),
        ("redis://127.0.0.1:6379/0", "redis://127.0.0.1:{port}/0"),
        ("mongodb://127.0.0.1:27017/", "mongodb://127.0.0.1:{port}/?directConnection=true"),
        ("mongodb://a:b@127.0.0.1:27017/shop?w=1", "mongodb://a:b@127.0.0.1:{port}/shop?w=1&directConnection=true"),
    ],
)
def test_a_url_by_way_of_the_proxy(proxy: FaultProxy, url: str, through: str) -> None:
    assert proxy.url(url) == through.format(port=proxy.port)


def _wait(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come true in time"
        time.sleep(0.01)
