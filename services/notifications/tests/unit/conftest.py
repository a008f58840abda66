import itertools
from collections.abc import Callable

import pytest
from notifications_fakes import NOW, FakeMailer, FakeUnitOfWork, some_id

from chassis.clock import FixedClock
from chassis.principal import Principal
from contracts.identity.roles import Role
from notifications.adapters.catalogue import TextCatalogue


@pytest.fixture
def work() -> FakeUnitOfWork:
    return FakeUnitOfWork()


@pytest.fixture
def mailer() -> FakeMailer:
    return FakeMailer()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def new_id() -> Callable[[str], str]:
    numbers = itertools.count(1)
    return lambda prefix: some_id(prefix, next(numbers))


@pytest.fixture(scope="session")
def catalogue() -> TextCatalogue:
    return TextCatalogue("https://openchance.example")


@pytest.fixture
def principal() -> Principal:
    return Principal(some_id("user", 1), some_id("session"), frozenset({Role.SOLVER}), True, "token")
