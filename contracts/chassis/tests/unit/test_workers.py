"""Who gets a worker when all are busy: the broker's thread never waits, and requests do not stand behind a backlog of events."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import eventlet
import pytest
from eventlet.event import Event

from chassis.consumers import QueueConsumer, RpcConsumer
from chassis.container import Container

WITHIN_S = 10


class Service:
    name = "greeter"


class Taken:
    """A provider whose messages take a worker, and a round of the hub each."""

    def __init__(self, container: Any, done: list[str], name: str = "greeter.on_greeted") -> None:
        self.queue = SimpleNamespace(name=name)
        self._container, self._done = container, done

    def declare(self, _channel: Any, _shared: set[str]) -> None: ...

    def handle_message(self, message: str) -> None:
        self._container._worker_pool.spawn(self._work, message)

    def _work(self, message: str) -> None:
        eventlet.sleep(0)
        self._done.append(message)


class TakenRequests(Taken, RpcConsumer):
    pass


class Subscribed:
    """What the broker hands out by a channel is limited by what was said last before the subscription."""

    ahead: dict[str, int]
    said = 0

    def __init__(self, queues: list[Any], **_: Any) -> None:
        self._queue = queues[0].name

    def qos(self, prefetch_count: int) -> None:
        Subscribed.said = prefetch_count

    def consume(self) -> None:
        Subscribed.ahead[self._queue] = Subscribed.said


def container_of(workers: int) -> Any:
    return Container(Service, {"AMQP_URI": "amqp://broker/", "max_workers": workers})


def consumer_of(container: Any, *providers: Any) -> Any:
    made: Any = QueueConsumer()  # untyped, as its base
    made.container = container
    for provider in providers:
        made.register_provider(provider)
    return made


def handed_out(workers: int, handlers: int) -> tuple[int, list[int]]:
    """So many requests, and so many events of each handler."""
    container, done = container_of(workers), list[str]()
    names = [f"greeter.on_{number}" for number in range(handlers)]
    Subscribed.ahead = {}
    requests = TakenRequests(container, done, "rpc-greeter")
    providers = [requests, *(Taken(container, done, name) for name in names)]
    consumer_of(container, *providers).get_consumers(Subscribed, None)
    return Subscribed.ahead["rpc-greeter"], [Subscribed.ahead[name] for name in names]


def test_a_worker_that_another_stands_in_line_for_is_not_free() -> None:
    container = container_of(1)
    assert container.has_free_worker()
    line = container._worker_pool.sem
    line.acquire()
    assert not container.has_free_worker()
    waiting = eventlet.spawn(line.acquire)
    eventlet.sleep(0)
    line.release()
    assert (line.counter, container.has_free_worker()) == (1, False)
    waiting.wait()
    line.release()
    assert container.has_free_worker()


def test_who_finds_workers_free_but_another_in_line_stands_behind_it() -> None:
    container = container_of(2)
    line = container._worker_pool.sem
    line.acquire()
    line.acquire()
    waiting = eventlet.spawn(line.acquire)
    eventlet.sleep(0)
    line.release()
    line.release()
    assert (line.counter, container.has_free_worker()) == (2, False)
    waiting.wait()
    assert container.has_free_worker()


def test_a_message_that_comes_as_a_worker_is_given_back_holds_up_nobody() -> None:
    container, done = container_of(1), list[str]()
    events = Taken(container, done)
    consumer = consumer_of(container, events)
    line = container._worker_pool.sem
    line.acquire()
    consumer.handle_message(events, "first")
    eventlet.sleep(0)
    came = Event()

    def read() -> None:  # the consumer's thread
        consumer.handle_message(events, "second")
        came.send()

    eventlet.spawn(read)  # it is the next to run: the worker goes to the first message after that
    line.release()
    eventlet.sleep(0)
    assert (came.ready(), done) == (True, [])
    with eventlet.Timeout(WITHIN_S):
        while len(done) < 2:
            eventlet.sleep(0)
    assert done == ["first", "second"]


@pytest.mark.parametrize("workers", [1, 2, 8])
def test_requests_stand_behind_one_event_however_many_wait(workers: int) -> None:
    container, done = container_of(workers), list[str]()
    events, requests = Taken(container, done), TakenRequests(container, done)
    consumer = consumer_of(container, events, requests)
    for number in range(200):
        consumer.handle_message(events, f"event {number}")
    eventlet.sleep(0)
    consumer.handle_message(requests, "request")
    with eventlet.Timeout(WITHIN_S):
        while len(done) < 201:
            eventlet.sleep(0)
    assert done.index("request") <= 2 * workers + 1  # those that had workers, and one that stood before it
    assert len(set(done)) == 201


def test_a_service_of_many_handlers_is_handed_out_few_events_of_each() -> None:
    requests, events = handed_out(workers=32, handlers=51)
    assert requests == 32
    assert set(events) == {8}, "51 times as many as there are workers would have to be handled before it can stop"


@pytest.mark.parametrize(("handlers", "each"), [(1, 32), (2, 32), (4, 16), (8, 8)])
def test_a_service_of_few_handlers_is_handed_out_what_keeps_its_workers_busy(handlers: int, each: int) -> None:
    assert handed_out(workers=32, handlers=handlers) == (32, [each] * handlers)


@pytest.mark.parametrize("handlers", [1, 51])
def test_one_worker_is_handed_out_one_event_of_each_handler(handlers: int) -> None:
    assert handed_out(workers=1, handlers=handlers) == (1, [1] * handlers)
