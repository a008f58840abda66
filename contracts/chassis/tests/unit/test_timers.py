"""A timer: one run at a time, on after an error, and a stop that waits for the run in progress."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from eventlet.event import Event

from chassis.green import eventlet
from chassis.timers import TimerEntrypoint


class FakeContainer:
    service_name = "greeter"

    def __init__(self, method: Callable[[], None]) -> None:
        self._method = method

    def spawn_managed_thread(self, run: Callable[[], None], identifier: str) -> Any:
        return eventlet.spawn(run)

    def spawn_worker(self, entrypoint: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        eventlet.spawn(entrypoint.work, self._method, *args)


def started(method: Callable[[], None]) -> Any:
    timer: Any = TimerEntrypoint(0.001)
    timer.method_name = "tick"
    timer.container = FakeContainer(method)
    timer.start()
    return timer


def test_runs_do_not_overlap_and_errors_do_not_end_them() -> None:
    running, most, runs, enough = 0, 0, 0, Event()

    def tick() -> None:
        nonlocal running, most, runs
        running, runs = running + 1, runs + 1
        most = max(most, running)
        eventlet.sleep(0.005)  # longer than the interval
        running -= 1
        if runs == 3:
            enough.send()
        raise RuntimeError("goes on")

    timer = started(tick)
    with eventlet.Timeout(10):
        enough.wait()
        timer.stop()
    assert most == 1


def test_a_stop_waits_for_the_run_in_progress_and_begins_no_other() -> None:
    begun, may_end, ended = Event(), Event(), []

    def tick() -> None:
        begun.send()
        may_end.wait()
        ended.append(True)

    timer = started(tick)
    with eventlet.Timeout(10):
        begun.wait()
        stopping = eventlet.spawn(timer.stop)
        eventlet.sleep(0)
        assert not stopping.dead
        may_end.send()
        stopping.wait()
    assert ended == [True]
