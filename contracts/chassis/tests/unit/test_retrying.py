"""What is run again after a lost race, and what is not."""

from __future__ import annotations

from collections.abc import Iterator
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


@pytest.fixture
def overdue_call() -> Iterator[None]:
    call = Call("greeter", "greet", "anonymous", "r1", None, "f", datetime.now(UTC) - timedelta(seconds=1))
    token = current_call.set(call)
    yield
    current_call.reset(token)


def test_what_may_pass_is_run_again_until_it_succeeds() -> None:
    work = Work(transient(OperationFailure("write conflict", 112)), transient(AutoReconnect("gone")), StaleVersion(), LostRace())
    assert retrying(work) == "done"
    assert work.runs == 5


def test_after_eight_attempts_the_last_error_is_raised() -> None:
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


@pytest.mark.usefixtures("overdue_call")
def test_nothing_is_run_again_past_the_deadline() -> None:
    work = Work(LostRace())
    with pytest.raises(LostRace):
        retrying(work)
    assert work.runs == 1
