"""Until when a request is of use: by how long its caller waits, whatever the caller's clock says."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from greeter.messages import Greet, GreetingView

from chassis import rpc
from chassis.context import Call, current_call
from chassis.rpc import DEADLINE, PATIENCE, Caller, RpcEntrypoint, RpcMethod


class Message:
    body = b'{"args":[{"name":"Ada"}],"kwargs":{}}'

    def __init__(self, headers: dict[str, Any]) -> None:
        self.headers = headers
        self.delivery_info: dict[str, Any] = {}


class Desk:
    """An entrypoint with a clock of the test's own; its workers are free when the test says so."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.passed_s = 1000.0
        self.calls: list[Call] = []
        self.settled: list[str] = []
        self._waiting: list[tuple[Any, ...]] = []
        monkeypatch.setattr(rpc, "time", SimpleNamespace(monotonic=lambda: self.passed_s, perf_counter=time.perf_counter))
        self._entrypoint: Any = RpcEntrypoint(RpcMethod(Greet, Caller.UNASKED))  # type: ignore[no-untyped-call]
        self._entrypoint.method_name = "greet"
        self._entrypoint.container = SimpleNamespace(
            service_name="greeter", spawn_worker=lambda _entrypoint, args, _kwargs: self._waiting.append(args)
        )
        self._entrypoint.rpc_consumer = SimpleNamespace(
            reply=lambda *_: self.settled.append("answered"),
            queue_consumer=SimpleNamespace(ack_message=lambda _: self.settled.append("dropped")),
        )

    def take(self, **headers: int) -> None:
        names = {"deadline": DEADLINE, "patience_ms": PATIENCE}
        self._entrypoint.handle_message(Message({names[name]: value for name, value in headers.items()}))

    def work(self) -> None:
        token = current_call.set(None)
        try:
            self._entrypoint.work(self._greet, *self._waiting.pop())
        finally:
            current_call.reset(token)

    def left_s(self) -> float:
        """Until the deadline of the call that ran."""
        (call,) = self.calls
        assert call.deadline is not None
        return (call.deadline - datetime.now(UTC)).total_seconds()

    def _greet(self, query: Greet) -> GreetingView:
        call = current_call.get()
        assert call is not None
        self.calls.append(call)
        return GreetingView(text=query.name)


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(monkeypatch)


def by_the_callers_clock(seconds: float) -> int:
    return int((datetime.now(UTC) + timedelta(seconds=seconds)).timestamp() * 1000)


@pytest.mark.parametrize("ahead_s", [-5, 3600])
def test_a_clock_that_goes_wrong_changes_nothing(desk: Desk, ahead_s: float) -> None:
    desk.take(deadline=by_the_callers_clock(ahead_s), patience_ms=60_000)
    desk.passed_s += 20
    desk.work()
    assert desk.settled == ["answered"]
    assert 30 < desk.left_s() <= 40


def test_a_request_that_waited_for_all_of_its_patience_here_is_dropped(desk: Desk) -> None:
    desk.take(deadline=by_the_callers_clock(-5), patience_ms=10_000)
    desk.passed_s += 10
    desk.work()
    assert (desk.settled, desk.calls) == (["dropped"], [])


def test_it_is_dropped_even_where_the_callers_clock_gives_it_time(desk: Desk) -> None:
    desk.take(deadline=by_the_callers_clock(3600), patience_ms=10_000)
    desk.passed_s += 10
    desk.work()
    assert desk.settled == ["dropped"]


def test_a_deadline_within_the_callers_patience_counts_as_it_is_told(desk: Desk) -> None:
    told = by_the_callers_clock(40)
    desk.take(deadline=told, patience_ms=60_000)
    desk.work()
    (call,) = desk.calls
    assert call.deadline == datetime.fromtimestamp(told / 1000, UTC)


def test_callers_of_the_release_before_are_taken_at_their_word(desk: Desk) -> None:
    told = by_the_callers_clock(40)
    desk.take(deadline=told)
    desk.passed_s += 3600
    desk.work()
    (call,) = desk.calls
    assert call.deadline == datetime.fromtimestamp(told / 1000, UTC)
    desk.take(deadline=by_the_callers_clock(-1))
    desk.work()
    assert desk.settled == ["answered", "dropped"]


def test_who_says_nothing_waits_for_ever(desk: Desk) -> None:
    desk.take()
    desk.passed_s += 3600
    desk.work()
    (call,) = desk.calls
    assert call.deadline is None
