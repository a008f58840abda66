"""What a service refuses whoever asks is refused by the gateway itself, for as long as that holds and ten seconds at most."""

from __future__ import annotations

import pytest

from contracts.errors import HoldsFor, Kind, Problem, ProblemError
from contracts.identity.commands import LogIn, RegisterUser
from gateway.rest.refusals import Refusals
from gateway.rest.routes import Route
from gateway.rest.table import ROUTES

HOME, AWAY = "198.51.100.1", "198.51.100.2"


def route_of(request: type) -> Route:
    return next(route for route in ROUTES if route.request is request)


LOGIN, SIGN_UP = route_of(LogIn), route_of(RegisterUser)


def log_in(email: str = "ada@example.org", device_token: str | None = None) -> LogIn:
    return LogIn(email=email, password="orbit lemon quartz", device_token=device_token)


def limited(holds_for: HoldsFor | None, retry_after_s: int = 600) -> Problem:
    return Problem(kind=Kind.LIMITED, code="identity.login.throttled", detail="Too many.", retry_after_s=retry_after_s, holds_for=holds_for)


class Clock:
    now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def known(clock: Clock) -> Refusals:
    return Refusals(clock)


def refused(known: Refusals, asked: LogIn, address: str = HOME, route: Route = LOGIN) -> int | None:
    """In how many seconds one may try again; None: the service is asked."""
    try:
        known.check(route, asked, address)
    except ProblemError as refusal:
        return refusal.problem.retry_after_s
    return None


def test_what_holds_for_an_address_holds_for_every_account_tried_from_it(known: Refusals) -> None:
    known.learn(LOGIN, log_in(), HOME, limited(HoldsFor.ADDRESS))
    assert refused(known, log_in("bob@example.org")) == refused(known, log_in(device_token="device")) == 600
    assert refused(known, log_in(), AWAY) is None
    assert refused(known, log_in(), HOME, SIGN_UP) is None, "signing up has a budget of its own"


def test_what_holds_for_an_account_holds_from_everywhere_but_not_for_a_device_it_knows(known: Refusals) -> None:
    known.learn(LOGIN, log_in(), HOME, limited(HoldsFor.ACCOUNT))
    assert refused(known, log_in(), AWAY) == 600
    assert refused(known, log_in(device_token="device")) is None
    assert refused(known, log_in("bob@example.org")) is None


def test_what_holds_for_strangers_holds_for_whoever_has_nothing_to_show(known: Refusals) -> None:
    known.learn(LOGIN, log_in(), HOME, limited(HoldsFor.STRANGERS))
    assert refused(known, log_in("bob@example.org"), AWAY) == 600
    assert refused(known, log_in(device_token="device")) is None
    known.learn(SIGN_UP, log_in(device_token="made up"), HOME, limited(HoldsFor.STRANGERS))
    assert refused(known, log_in(), HOME, SIGN_UP) is None, "it was no stranger to the gateway"


@pytest.mark.parametrize(("retry_after_s", "asks_again_after"), [(600, 10), (3, 3)])
def test_the_service_is_asked_again_when_it_is_over_or_after_ten_seconds(
    known: Refusals, clock: Clock, retry_after_s: int, asks_again_after: int
) -> None:
    known.learn(LOGIN, log_in(), HOME, limited(HoldsFor.ACCOUNT, retry_after_s))
    clock.now_s += asks_again_after - 0.5
    assert refused(known, log_in()) == retry_after_s - asks_again_after + 1
    clock.now_s += 0.5
    assert refused(known, log_in()) is None


def test_a_refusal_that_says_nothing_of_others_is_not_kept(known: Refusals) -> None:
    known.learn(LOGIN, log_in(), HOME, limited(None))
    assert refused(known, log_in()) is None


def test_the_oldest_is_forgotten_when_there_are_too_many() -> None:
    known = Refusals(most=2)
    for address in ("1", "2", "3"):
        known.learn(LOGIN, log_in(), address, limited(HoldsFor.ADDRESS))
    assert [refused(known, log_in(), address) for address in ("1", "2", "3")] == [None, 600, 600]
