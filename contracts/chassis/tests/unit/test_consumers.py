"""Messages in flight: a consumer stops when the last of them is settled, over reconnects too."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import eventlet
import pytest
from eventlet.event import Event

from chassis.broker_connection import BrokerConnection
from chassis.consumers import QueueConsumer, RpcConsumer
from chassis.replies import reply_key


class FakeContainer:
    service_name = "greeter"
    max_workers = 4

    def has_free_worker(self) -> bool:
        return True


class FakeChannel:
    connection = "open"


class FakeMessage:
    def __init__(self, channel: Any, error: Exception | None = None) -> None:
        self.channel = channel
        self.settled: list[str] = []
        self._error = error

    def ack(self) -> None:
        if self._error:
            raise self._error
        self.settled.append("ack")

    def requeue(self) -> None:
        self.settled.append("requeue")


class FakeConsumer:
    def __init__(self, queues: list[Any], on_message: Any) -> None:
        self.cancelled = False

    def qos(self, prefetch_count: int) -> None: ...

    def consume(self) -> None: ...

    def cancel(self) -> None:
        self.cancelled = True


class FakeProvider:
    queue = SimpleNamespace(name="greeter.on_greeted")

    def __init__(self) -> None:
        self.taken: list[Any] = []

    def declare(self, channel: Any, shared: set[str]) -> None: ...

    def handle_message(self, message: Any) -> None:
        self.taken.append(message)


@pytest.fixture
def provider() -> FakeProvider:
    return FakeProvider()


@pytest.fixture
def consumer(provider: FakeProvider) -> Any:
    made: Any = QueueConsumer()  # untyped, as its base: its attributes change behind mypy's back
    made.container = FakeContainer()
    made.register_provider(provider)
    made.get_consumers(FakeConsumer, FakeChannel())
    return made


def ask_to_stop(consumer: Any, provider: FakeProvider) -> Event:
    cancelled = Event()
    consumer._pending_remove_providers[provider] = cancelled
    return cancelled


def test_a_consumer_stops_when_the_last_message_is_settled(consumer: Any, provider: FakeProvider) -> None:
    message = FakeMessage(FakeChannel())
    consumer.handle_message(provider, message)
    cancelled = ask_to_stop(consumer, provider)
    consumer.on_iteration()
    assert cancelled.ready()
    assert not consumer.should_stop
    consumer.ack_message(message)
    consumer.on_iteration()
    assert consumer.should_stop
    assert message.settled == ["ack"]


def test_a_message_of_an_older_connection_does_not_count(consumer: Any, provider: FakeProvider) -> None:
    old, new = FakeMessage(FakeChannel()), FakeMessage(FakeChannel())
    consumer.handle_message(provider, old)
    consumer.get_consumers(FakeConsumer, FakeChannel())  # the reconnect
    consumer.handle_message(provider, new)
    ask_to_stop(consumer, provider)
    consumer.ack_message(old)
    consumer.on_iteration()
    assert not consumer.should_stop
    consumer.ack_message(new)
    consumer.on_iteration()
    assert consumer.should_stop


@pytest.mark.parametrize("error", [ConnectionResetError(), OSError("closed")])
def test_a_message_that_cannot_be_settled_is_left_to_the_broker(consumer: Any, provider: FakeProvider, error: Exception) -> None:
    message = FakeMessage(FakeChannel(), error)
    consumer.handle_message(provider, message)
    consumer.ack_message(message)
    ask_to_stop(consumer, provider)
    consumer.on_iteration()
    assert consumer.should_stop


class Limit:
    """What eventlet.spawn_after gives: fires when the test says so, unless it was cancelled."""

    def __init__(self, seconds: float, act: Callable[[], None]) -> None:
        self.seconds, self._act, self.cancelled = seconds, act, False

    def cancel(self) -> None:
        self.cancelled = True

    def fire(self) -> None:
        if not self.cancelled:
            self._act()


class FakeWire:
    on_answer: Any = None
    hung_up = False
    woken = 0

    def wake(self) -> None:
        self.woken += 1

    def hang_up(self) -> None:
        self.hung_up = True


class FakeConnection:
    def __init__(self) -> None:
        self.connection = FakeWire()

    def ensure_connection(self, *_: Any, **__: Any) -> None: ...


def test_many_queues_may_take_long_as_long_as_the_broker_answers(consumer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    limits: list[Limit] = []

    def spawn_after(seconds: float, act: Callable[[], None]) -> Limit:
        limits.append(Limit(seconds, act))
        return limits[-1]

    monkeypatch.setattr("chassis.consumers.eventlet.spawn_after", spawn_after)
    monkeypatch.setattr(QueueConsumer, "create_connection", lambda _: nullcontext(FakeConnection()))
    with consumer.establish_connection() as connection:
        wire = connection.connection
        for _ in range(100):
            wire.on_answer()
            for limit in limits[:-1]:
                limit.fire()
        assert not wire.hung_up
        limits[-1].fire()  # then it says nothing for the whole of the time
        assert wire.hung_up
        consumer.on_consume_ready()
        wire.on_answer()  # from now on it speaks when there is something to say
        assert all(limit.cancelled for limit in limits)


def test_it_is_woken_to_stop_and_when_the_last_message_is_settled_then(consumer: Any, provider: FakeProvider) -> None:
    first, last = FakeMessage(FakeChannel()), FakeMessage(FakeChannel())
    consumer.handle_message(provider, first)
    consumer.handle_message(provider, last)
    consumer._wire, consumer._gt = FakeWire(), SimpleNamespace(dead=False)
    asked = eventlet.spawn(consumer.unregister_provider, provider)
    eventlet.sleep(0)
    assert consumer._wire.woken == 1
    consumer.on_iteration()
    asked.wait()
    consumer.ack_message(first)
    assert consumer._wire.woken == 1
    consumer.ack_message(last)
    assert consumer._wire.woken == 2
    consumer.on_iteration()
    assert (consumer.should_stop, consumer._wire.woken) == (True, 3), "the wait that follows is over at once"


class FakeTransport:
    def __init__(self) -> None:
        self.frame: Event = Event()

    def having_timeout(self, _: float | None) -> Any:
        return nullcontext()

    def read_frame(self) -> Any:
        return self.frame.wait()


@pytest.fixture
def wire() -> Any:
    made: Any = object.__new__(BrokerConnection)  # it would connect
    made.transport, made.on_inbound_frame = FakeTransport(), lambda frame: f"handled {frame}"
    return made


def test_who_waits_for_a_while_is_woken_and_who_waits_for_an_answer_is_not(wire: Any) -> None:
    waiting = eventlet.spawn(wire.blocking_read, 60.0)
    eventlet.sleep(0)
    wire.wake()
    with pytest.raises(TimeoutError):
        waiting.wait()
    waiting = eventlet.spawn(wire.blocking_read)
    eventlet.sleep(0)
    wire.wake()
    eventlet.sleep(0)
    wire.transport.frame.send("answer")
    assert waiting.wait() == "handled answer"
    with pytest.raises(TimeoutError):  # but who waits for a while next looks up first
        wire.blocking_read(60.0)
    wire.transport.frame = Event()
    waiting = eventlet.spawn(wire.blocking_read, 60.0)
    eventlet.sleep(0)
    wire.transport.frame.send("message")
    assert waiting.wait() == "handled message", "once"


def test_what_comes_as_one_is_woken_is_not_lost(wire: Any) -> None:
    waiting = eventlet.spawn(wire.blocking_read, 60.0)
    eventlet.sleep(0)
    wire.transport.frame.send("message")
    wire.wake()
    assert waiting.wait() == "handled message"


class ReplyChannel(FakeChannel):
    def __init__(self, error: Exception | None = None) -> None:
        self.published: list[tuple[bytes, str, str]] = []
        self._error = error

    def prepare_message(self, body: bytes, **_: Any) -> bytes:
        return body

    def basic_publish(self, message: bytes, exchange: str, routing_key: str) -> None:
        if self._error:
            raise self._error
        self.published.append((message, exchange, routing_key))


@pytest.mark.parametrize("error", [None, BrokenPipeError()])
def test_a_reply_goes_by_the_channel_of_its_request_and_may_be_lost_with_it(error: Exception | None) -> None:
    consumer = RpcConsumer()
    channel = ReplyChannel(error)
    message = FakeMessage(channel)
    key = reply_key("amqp://gateway:secret@broker/")
    message.properties = {"reply_to": key, "correlation_id": "1"}  # type: ignore[attr-defined]
    consumer.reply(message, b"{}")
    assert channel.published == ([] if error else [(b"{}", "nameko-rpc", key)])
    assert message.settled == ["ack"]


@pytest.mark.parametrize("elsewhere", ["person_keys.get_person_key", "amq.rabbitmq.reply-to.x", "reply.gateway.*", "", None])
def test_an_answer_goes_nowhere_but_where_answers_are_awaited(elsewhere: str | None) -> None:
    channel = ReplyChannel()
    message = FakeMessage(channel)
    message.properties = {"reply_to": elsewhere, "correlation_id": "1"}  # type: ignore[attr-defined]
    RpcConsumer().reply(message, b"{}")
    assert channel.published == []
    assert message.settled == ["ack"]
