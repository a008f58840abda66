"""Identity's use cases on fakes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import count

import pytest
from identity_fakes import FakeAccounts, FakeLoginAttempts, FakePasswords, FakeTokens, FakeUnitOfWork, Memory

from chassis.clock import FixedClock
from chassis.principal import Principal
from contracts.base import Event
from contracts.identity.commands import LogIn, RegisterUser
from contracts.identity.events import EmailVerificationRequested
from contracts.identity.views import MeView, TokensView
from identity.usecases.get_me import GetMeHandler
from identity.usecases.get_user import GetUserHandler
from identity.usecases.log_in import LogInHandler
from identity.usecases.log_out import LogOutHandler
from identity.usecases.refresh_session import RefreshSessionHandler
from identity.usecases.register_user import RegisterUserHandler
from identity.usecases.resend_verification import ResendVerificationHandler
from identity.usecases.step_up import StepUpHandler
from identity.usecases.update_profile import UpdateProfileHandler
from identity.usecases.verify_email import VerifyEmailHandler

COMMON = frozenset({"password", "correcthorsebatterystaple"})
ZONES = frozenset({"UTC", "Europe/Berlin"})


@dataclass
class World:
    """All of identity in memory, with a clock that tests move."""

    memory: Memory = field(default_factory=Memory)
    clock: FixedClock = field(default_factory=lambda: FixedClock(datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)))
    passwords: FakePasswords = field(default_factory=FakePasswords)
    tokens: FakeTokens = field(default_factory=FakeTokens)
    attempts: FakeLoginAttempts = field(default_factory=FakeLoginAttempts)
    repeat_window: timedelta = timedelta(0)

    def __post_init__(self) -> None:
        self._numbers = count(1)

    def new_id(self, prefix: str) -> str:
        return f"{prefix}_{next(self._numbers):026d}"

    def unit_of_work(self) -> FakeUnitOfWork:
        return FakeUnitOfWork(self.memory)

    @property
    def accounts(self) -> FakeAccounts:
        return FakeAccounts(self.memory)

    @cached_property
    def register_user(self) -> RegisterUserHandler:
        return RegisterUserHandler(self.unit_of_work, self.passwords, self.tokens, COMMON, ZONES.__contains__, self.new_id, self.clock.now)

    @cached_property
    def verify_email(self) -> VerifyEmailHandler:
        return VerifyEmailHandler(self.unit_of_work, self.clock.now)

    @cached_property
    def resend_verification(self) -> ResendVerificationHandler:
        return ResendVerificationHandler(self.unit_of_work, self.tokens, self.clock.now)

    @cached_property
    def log_in(self) -> LogInHandler:
        return LogInHandler(self.unit_of_work, self.accounts, self.attempts, self.passwords, self.tokens, self.new_id, self.clock.now)

    @cached_property
    def refresh_session(self) -> RefreshSessionHandler:
        return RefreshSessionHandler(self.unit_of_work, self.tokens, self.clock.now, self.repeat_window)

    @cached_property
    def log_out(self) -> LogOutHandler:
        return LogOutHandler(self.unit_of_work, self.clock.now)

    @cached_property
    def update_profile(self) -> UpdateProfileHandler:
        return UpdateProfileHandler(self.unit_of_work, ZONES.__contains__)

    @cached_property
    def get_me(self) -> GetMeHandler:
        return GetMeHandler(self.accounts)

    @cached_property
    def get_user(self) -> GetUserHandler:
        return GetUserHandler(self.accounts)

    @cached_property
    def step_up(self) -> StepUpHandler:
        return StepUpHandler(self.unit_of_work, self.accounts, self.attempts, self.passwords, self.tokens, self.clock.now)

    def registration(self, **changes: object) -> RegisterUser:
        fields = {"email": "Ada@Example.org", "password": "orbit lemon quartz", "display_name": "Ada", "roles": ["solver"], **changes}
        return RegisterUser.model_validate(fields)

    def registered(self, **changes: object) -> MeView:
        return self.register_user(self.registration(**changes))

    def logged_in(self) -> TokensView:
        return self.log_in(LogIn(email="ada@example.org", password="orbit lemon quartz"))

    def as_principal(self, user_id: str, session_id: str = "session") -> Principal:
        """Somebody who has just logged in."""
        return Principal(user_id, session_id, frozenset(), True, "token", authenticated_at=self.clock.now(), methods=frozenset({"pwd"}))

    def in_session(self) -> Principal:
        """Ada, logged in: the principal of her newest session."""
        self.logged_in()
        session = list(self.memory.sessions.values())[-1]
        return self.as_principal(session.user_id, session.id)

    @property
    def mailed_token(self) -> str:
        return [event for event in self.memory.events if isinstance(event, EmailVerificationRequested)][-1].token

    def events(self, kind: type[Event]) -> list[Event]:
        return [event for event in self.memory.events if isinstance(event, kind)]


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def ada(world: World) -> MeView:
    return world.registered()


@pytest.fixture(scope="session")
def new_world() -> type[World]:
    """For property tests, which need a world for each example."""
    return World
