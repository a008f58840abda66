"""What is run again after a lost race, and what is not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from pymongo.errors import AutoReconnect, DuplicateKeyError, OperationFailure, PyMongoError, ServerSelectionTimeoutError

from chassis.context import Call, current_call
from chassis.documents import StaleVersion
from chassis.mongo import LostRace, retrying


def transient(error: PyMongoError) -> PyMongoError:
    error._add_error_label("TransientTransactionError")
    return error


class Work:
    """Fails with these errors in turn, then succeeds."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.runs = 0

    def __call__(self) -> str:
        self.runs += 1
        if self.errors:
            raise self.errors.pop(0)
        return "done"


@contextmanager
def answering_within(seconds: float) -> Iterator[datetime]:
    """What runs inside answers an RPC; gives its deadline."""
    deadline = datetime.now(UTC) + timedelta(seconds=seconds)
    token = current_call.set(Call("greeter", "greet", "anonymous", "r1", None, "f", deadline))
    try:
        yield deadline
    finally:
        current_call.reset(token)


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long was slept between attempts: nobody waits."""
    slept: list[float] = []
    monkeypatch.setattr("chassis.mongo.time.sleep", slept.append)
    return slept


def test_what_may_pass_is_run_again_until_it_succeeds() -> None:
    work = Work(transient(OperationFailure("write conflict", 112)), transient(AutoReconnect("gone")), StaleVersion(), LostRace())
    assert retrying(work) == "done"
    assert work.runs == 5


def test_where_nobody_waits_the_eighth_error_is_raised() -> None:
    last = StaleVersion()
    work = Work(*[StaleVersion() for _ in range(7)], last, StaleVersion())
    with pytest.raises(StaleVersion) as raised:
        retrying(work)
    assert raised.value is last
    assert work.runs == 8


@pytest.mark.parametrize(
    "error",
    [
        StaleVersion(asked_by_client=True),
        DuplicateKeyError("taken"),
        OperationFailure("not authorised", 13),
        transient(ServerSelectionTimeoutError("no server")),
        ValueError("a bug"),
    ],
)
def test_what_running_again_cannot_help_is_raised_at_once(error: Exception) -> None:
    work = Work(error)
    with pytest.raises(type(error)):
        retrying(work)
    assert work.runs == 1


def test_a_call_runs_again_for_as_long_as_its_caller_waits(pauses: list[float]) -> None:
    work = Work(*[LostRace() for _ in range(40)])
    with answering_within(30):
        assert retrying(work) == "done"
    assert work.runs == 41
    assert 0.1 < max(pauses) <= 1.0  # they grow, so that contention resolves, and end


@pytest.mark.usefixtures("pauses")
def test_a_call_does_not_run_again_for_ever() -> None:
    work = Work(*[LostRace() for _ in range(200)])
    with answering_within(3600), pytest.raises(LostRace):
        retrying(work)
    assert work.runs == 100


def test_a_call_gives_up_while_its_caller_still_waits() -> None:
    work = Work(*[LostRace() for _ in range(200)])
    with answering_within(1.0) as deadline, pytest.raises(LostRace):
        retrying(work)
    assert datetime.now(UTC) < deadline
    assert work.runs > 1


def test_nothing_is_run_again_past_the_deadline() -> None:
    work = Work(LostRace())
    with answering_within(-1), pytest.raises(LostRace):
        retrying(work)
    assert work.runs == 1
