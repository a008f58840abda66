"""Crash points: what ends a process where, and that nothing does outside tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NoReturn

import pytest
from greeter.settings import Settings
from pydantic import ValidationError

from chassis import crash_points, outbox  # noqa: F401 - the outbox declares some
from chassis.crash_points import arm, declare, reached
from chassis.relay.settings import RelaySettings
from local_platform.tokens import TestTokens

HERE = {"AMQP_URL": "amqp://guest:guest@127.0.0.1:5672/", "MONGO_URL": "mongodb://localhost:27017,[::1]:27018/"}


class Ended(BaseException):
    pass


def end() -> NoReturn:
    raise Ended


@pytest.fixture(autouse=True)
def _disarmed() -> Iterator[None]:
    yield
    arm(None)


def passes(name: str) -> int:
    """How often a point is passed before the process ends there, at most five times."""
    for times in range(5):
        try:
            reached(name)
        except Ended:
            return times
    return 5


@pytest.mark.parametrize(
    ("crash_at", "survived"), [(None, 5), ("outbox.rows_written", 0), ("outbox.rows_written:3", 2), ("rpc.answer_sent", 5)]
)
def test_the_process_ends_at_the_armed_point_when_it_was_reached_so_often(crash_at: str | None, survived: int) -> None:
    arm(crash_at, end)
    assert passes("outbox.rows_written") == survived


def test_a_point_is_declared_once() -> None:
    known = next(iter(crash_points.POINTS))
    with pytest.raises(ValueError, match=f"declared twice: {known}"):
        declare({known: "again"})


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in {**HERE, "PRINCIPAL_JWKS": TestTokens().jwks, "CRASH_AT": "outbox.rows_written:2"}.items():
        monkeypatch.setenv(f"GREETER_{name}", value)
    for name, value in {"AMQP_URL": HERE["AMQP_URL"], "DATABASES": '{"one": "mongodb://127.0.0.1/one"}', "HEALTH_PORT": "0"}.items():
        monkeypatch.setenv(f"RELAY_{name}", value)
    monkeypatch.setenv("RELAY_CRASH_AT", "relay.rows_marked")
    return monkeypatch


@pytest.mark.usefixtures("environment")
def test_where_all_servers_are_on_this_machine_a_point_may_be_armed() -> None:
    assert (Settings().crash_at, RelaySettings().crash_at) == ("outbox.rows_written:2", "relay.rows_marked")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AMQP_URL", "amqp://guest:127.0.0.1@broker:5672/"),
        ("MONGO_URL", "mongodb://mongo/"),
        ("MONGO_URL", "mongodb://127.0.0.1:27017,mongo:27017/"),
        ("MONGO_URL", "mongodb+srv://cluster.example/"),
        ("CRASH_AT", "outbox.rows_written:0"),
        ("CRASH_AT", "everywhere"),
    ],
)
def test_elsewhere_the_process_refuses_to_start(environment: pytest.MonkeyPatch, name: str, value: str) -> None:
    environment.setenv(f"GREETER_{name}", value)
    with pytest.raises(ValidationError, match="crash point"):
        Settings()


@pytest.mark.parametrize(
    ("name", "value"), [("AMQP_URL", "amqp://broker/"), ("DATABASES", '{"one": "mongodb://127.0.0.1/", "two": "mongodb://mongo/"}')]
)
def test_so_does_the_relay(environment: pytest.MonkeyPatch, name: str, value: str) -> None:
    environment.setenv(f"RELAY_{name}", value)
    with pytest.raises(ValidationError, match="crash points are for tests"):
        RelaySettings()


def test_every_point_of_the_chassis_has_a_sentence() -> None:
    assert all(crash_points.POINTS.values())
