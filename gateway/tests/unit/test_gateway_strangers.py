"""Only so many strangers are under way at one time; nobody else waits for them."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

import pytest

from contracts.base import Command, Request
from contracts.errors import ProblemError
from contracts.identity.authentication import RequestPasswordReset
from contracts.identity.commands import LogIn, RegisterUser
from gateway.rest.strangers import Strangers
from gateway.rest.table import ROUTES

EMAIL, PASSWORD = "ada@example.org", "orbit lemon quartz"
LOG_IN = LogIn(email=EMAIL, password=PASSWORD)
SIGN_UP = RegisterUser(email=EMAIL, password=PASSWORD, display_name="Ada", roles=("solver",))
KNOWN = LogIn(email=EMAIL, password=PASSWORD, device_token="device")
CHEAP = RequestPasswordReset(email=EMAIL)


def counted(strangers: Strangers, asked: Request[Any]) -> AbstractContextManager[None]:
    return strangers.counted(next(route for route in ROUTES if route.request is type(asked)), asked)


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


def test_a_place_is_free_again_after_a_failure() -> None:
    strangers = Strangers(1)
    for _ in range(2):
        with pytest.raises(RuntimeError, match="the service is away"), counted(strangers, LOG_IN):
            raise RuntimeError("the service is away")
