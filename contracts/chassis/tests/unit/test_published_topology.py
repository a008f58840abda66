"""What the topology remembers when handlers come and go."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from nameko.extensions import ENTRYPOINT_EXTENSIONS_ATTR

from chassis.dead_letters.service import DeadLettersService
from chassis.timers import TimerEntrypoint
from chassis.topology import brought_up_to_date
from contracts import topology

OLD = {"payments.on_old": "challenges.old.v1"}
NEW = {"payments.on_new": "challenges.new.v1"}


def test_a_handler_that_is_gone_is_remembered_as_retired() -> None:
    told = brought_up_to_date({"payments": NEW}, {"payments": OLD}, {"identity": {"identity.on_older": "x.older.v1"}})
    assert told == {"consumers": {"payments": NEW}, "retired": {"payments": OLD, "identity": {"identity.on_older": "x.older.v1"}}}
    assert brought_up_to_date({"payments": NEW}, told["consumers"], told["retired"]) == told


def test_a_handler_that_comes_back_is_not_retired_any_more() -> None:
    assert brought_up_to_date({"payments": OLD}, {"payments": NEW}, {"payments": OLD}) == {
        "consumers": {"payments": OLD},
        "retired": {"payments": NEW},
    }


def test_consumers_are_found_by_event_type() -> None:
    found = topology.consumers_of(["messaging", "payments", "greeter"])
    assert found["challenges.application_accepted.v1"] == ("messaging.on_application_accepted", "payments.on_application_accepted")
    assert topology.consumers_of([]) == {}


def test_every_process_unbinds_retired_queues_once_a_minute() -> None:
    (timer,) = getattr(DeadLettersService.unbind_retired, ENTRYPOINT_EXTENSIONS_ATTR)
    assert isinstance(timer, TimerEntrypoint)
    assert timer._seconds == 60
    unbound: list[bool] = []
    service: Any = DeadLettersService()
    service.use_cases = SimpleNamespace(retired=SimpleNamespace(unbind=lambda: unbound.append(True)))
    service.unbind_retired()
    assert unbound == [True]
