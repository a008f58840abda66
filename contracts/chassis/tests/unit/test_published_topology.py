"""What the topology remembers when handlers come and go."""

from __future__ import annotations

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
