"""A process that dies is started again, ever more slowly while it keeps dying."""

from __future__ import annotations

from local_platform.supervisor import Restarts


def test_the_first_death_is_mended_at_once() -> None:
    restarts = Restarts()
    restarts.plan(now=1000.0)
    assert restarts.due == 1000.0


def test_pauses_double_up_to_half_a_minute_and_are_forgotten_after_a_stable_minute() -> None:
    restarts, now, pauses = Restarts(), 1000.0, []
    for _ in range(8):
        restarts.plan(now)
        pauses.append(restarts.pause)
        now += restarts.pause
        restarts.started = now
    assert pauses == [0.0, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]
    restarts.plan(now + 61)
    assert restarts.pause == 0.0
