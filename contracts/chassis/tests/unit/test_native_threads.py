"""Slow work beside the hub: a lane rests after each of its works, and nobody but its own people wait for that."""

from __future__ import annotations

import time

import pytest

from chassis import native_threads
from chassis.green import eventlet
from chassis.native_threads import NativeThreads, TooManyWaiting
from contracts.errors import HoldsFor

TOOK_S, REST = 0.05, 2.0


@pytest.fixture
def threads(monkeypatch: pytest.MonkeyPatch) -> NativeThreads:
    """Without threads: the hub is the test's own."""
    monkeypatch.setattr(eventlet.tpool, "set_num_threads", lambda number: None)
    monkeypatch.setattr(native_threads, "_in_a_thread", lambda work: work())
    return NativeThreads(2)


def work(log: list[tuple[str, float]], name: str) -> None:
    log.append((f"{name} begins", time.monotonic()))
    eventlet.sleep(TOOK_S)
    log.append((f"{name} ends", time.monotonic()))


def test_a_lane_rests_after_each_work_and_answers_before_it_does(threads: NativeThreads) -> None:
    lane = threads.lane(1, 5, HoldsFor.STRANGERS, rest=REST)
    log: list[tuple[str, float]] = []
    stranger = eventlet.spawn(lane, lambda: work(log, "first"))
    following = eventlet.spawn(lane, lambda: work(log, "second"))
    stranger.wait()
    assert [event for event, _ in log] == ["first begins", "first ends"], "it is answered while its place is empty"
    threads(lambda: work(log, "other"))
    following.wait()
    assert [event for event, _ in log] == ["first begins", "first ends", "other begins", "other ends", "second begins", "second ends"]
    at = dict(log)
    assert at["second begins"] - at["first ends"] >= 0.99 * REST * (at["first ends"] - at["first begins"])


def test_a_failure_gives_the_place_back(threads: NativeThreads) -> None:
    lane = threads.lane(1, 0, HoldsFor.STRANGERS, rest=0.01)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            lane(lambda: 1 // 0)


def test_who_would_wait_behind_too_many_is_sent_away(threads: NativeThreads) -> None:
    lane = threads.lane(1, 1, HoldsFor.STRANGERS, rest=REST)
    log: list[tuple[str, float]] = []
    waiting = [eventlet.spawn(lane, lambda: work(log, "stranger")) for _ in range(2)]
    eventlet.sleep(0)
    with pytest.raises(TooManyWaiting) as refused:
        lane(lambda: work(log, "third"))
    assert refused.value.holds_for is HoldsFor.STRANGERS
    for stranger in waiting:
        stranger.wait()
