"""Clocks tell aware milliseconds; the virtual one follows its server."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest

from chassis.clock import FixedClock, SystemClock, VirtualClock, open_clock


def test_the_system_clock_tells_whole_milliseconds_in_utc() -> None:
    now = SystemClock().now()
    assert now.tzinfo is UTC
    assert now.microsecond % 1000 == 0
    assert abs(datetime.now(UTC) - now) < timedelta(seconds=5)


def test_a_fixed_clock_moves_only_when_told() -> None:
    clock = FixedClock(datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=timezone(timedelta(hours=2))))
    assert clock.now() == clock.now() == datetime(2026, 3, 1, 10, 0, 0, 123000, tzinfo=UTC)
    clock.advance(timedelta(days=14))
    assert clock.now() == datetime(2026, 3, 15, 10, 0, 0, 123000, tzinfo=UTC)


class ClockServer:
    """Answers with the offsets in turn, and with the last one for ever; None means that it is away."""

    def __init__(self, *offsets: float | None) -> None:
        self._offsets = list(offsets)
        self.exhausted = threading.Event()

    def close(self) -> None:
        """There is nothing to close."""

    def offset(self) -> timedelta:
        offset = self._offsets[0]
        if len(self._offsets) > 1:
            self._offsets.pop(0)
        else:
            self.exhausted.set()
        if offset is None:
            raise ConnectionRefusedError
        return timedelta(seconds=offset)


def _ahead(clock: VirtualClock) -> float:
    return (clock.now() - datetime.now(UTC)).total_seconds()


def test_a_virtual_clock_has_the_offset_from_its_first_moment() -> None:
    clock = VirtualClock("http://clock", lambda _: ClockServer(86400))
    assert _ahead(clock) == pytest.approx(86400, abs=1)
    clock.close()


def test_a_virtual_clock_follows_its_server_and_survives_its_absence() -> None:
    server = ClockServer(None, 3600, None, None)
    clock = VirtualClock("http://clock", lambda _: server)
    assert _ahead(clock) == pytest.approx(0, abs=1)
    assert server.exhausted.wait(10)
    clock.close()
    assert _ahead(clock) == pytest.approx(3600, abs=1)


def test_a_clock_address_is_a_web_address() -> None:
    with pytest.raises(ValueError, match="http"):
        VirtualClock("file:///etc/passwd")


def test_without_an_address_the_system_tells_the_time() -> None:
    assert isinstance(open_clock(None), SystemClock)
