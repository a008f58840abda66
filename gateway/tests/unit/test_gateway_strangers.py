"""Only so many strangers are under way at one time; nobody else waits for them."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

import pytest

from contracts.base import Command, Request
from contracts.errors import HoldsFor, Kind, Problem, ProblemError
from contracts.identity.authentication import RequestPasswordReset
from contracts.identity.commands import LogIn, RegisterUser
from gateway.rest.strangers import Strangers
from gateway.rest.table import ROUTES

HOME, AWAY = "198.51.100.1", "198.51.100.2"
EMAIL, PASSWORD = "ada@example.org", "orbit lemon quartz"
LOG_IN = LogIn(email=EMAIL, password=PASSWORD)
SIGN_UP = RegisterUser(email=EMAIL, password=PASSWORD, display_name="Ada", roles=("solver",))
KNOWN = LogIn(email=EMAIL, password=PASSWORD, device_token="device")
CHEAP = RequestPasswordReset(email=EMAIL)


def counted(strangers: Strangers, asked: Request[Any], address: str = HOME) -> AbstractContextManager[None]:
    return strangers.counted(next(route for route in ROUTES if route.request is type(asked)), asked, address)


@pytest.mark.parametrize("first", [LOG_IN, SIGN_UP], ids=["login", "sign-up"])
@pytest.mark.parametrize("second", [LOG_IN, SIGN_UP], ids=["login", "sign-up"])
def test_who_comes_when_all_places_are_taken_is_told_to_wait(first: Command[Any], second: Command[Any]) -> None:
    strangers = Strangers(1)
    with counted(strangers, first):
        with pytest.raises(ProblemError) as refused, counted(strangers, second):
            pytest.fail("it was let through")
        assert (refused.value.problem.code, refused.value.problem.retry_after_s) == ("gateway.busy", 1)
    with counted(strangers, second):
        pass


@pytest.mark.parametrize("asked", [KNOWN, CHEAP], ids=["a known device", "what costs little"])
def test_others_need_no_place(asked: Command[Any]) -> None:
    strangers = Strangers(1)
    with counted(strangers, LOG_IN), counted(strangers, asked), counted(strangers, asked):
        pass
    with counted(strangers, asked), counted(strangers, LOG_IN):
        pass


def test_known_devices_have_places_of_their_own_and_more_of_them() -> None:
    strangers = Strangers(1)
    with counted(strangers, KNOWN), counted(strangers, KNOWN), counted(strangers, KNOWN):
        with pytest.raises(ProblemError), counted(strangers, KNOWN):
            pytest.fail("it was let through")
        with counted(strangers, LOG_IN):
            pass


def test_a_place_is_free_again_after_a_failure() -> None:
    strangers = Strangers(1)
    for _ in range(2):
        with pytest.raises(RuntimeError, match="the service is away"), counted(strangers, LOG_IN):
            raise RuntimeError("the service is away")


def refused_as_stranger(strangers: Strangers, address: str) -> None:
    """Somebody shows a voucher, and the service takes it for none."""
    busy = Problem(kind=Kind.UNAVAILABLE, code="chassis.busy", detail="Busy.", retry_after_s=1, holds_for=HoldsFor.STRANGERS)
    with pytest.raises(ProblemError), counted(strangers, KNOWN, address):
        raise ProblemError(busy)


def test_a_made_up_voucher_opens_the_way_once_in_a_minute() -> None:
    now = 1000.0
    strangers = Strangers(1, lambda: now)
    refused_as_stranger(strangers, HOME)
    with counted(strangers, LOG_IN, AWAY):
        with pytest.raises(ProblemError), counted(strangers, KNOWN, HOME):
            pytest.fail("it was let through")
        with counted(strangers, KNOWN, AWAY):
            pass
        now += 60
        with counted(strangers, KNOWN, HOME):
            pass


def test_a_wrong_password_makes_no_stranger_of_a_known_device() -> None:
    strangers = Strangers(1)
    wrong = Problem(kind=Kind.UNAUTHENTICATED, code="identity.credentials.invalid", detail="No.")
    with pytest.raises(ProblemError), counted(strangers, KNOWN):
        raise ProblemError(wrong)
    with counted(strangers, LOG_IN), counted(strangers, KNOWN):
        pass


def test_the_oldest_is_trusted_again_when_there_are_too_many() -> None:
    strangers = Strangers(1, most=1)
    refused_as_stranger(strangers, HOME)
    refused_as_stranger(strangers, AWAY)
    with counted(strangers, LOG_IN), counted(strangers, KNOWN, HOME):
        pass
    with counted(strangers, LOG_IN), pytest.raises(ProblemError), counted(strangers, KNOWN, AWAY):
        pytest.fail("it was let through")
