"""Identity's use cases on fakes."""

from __future__ import annotations

from functools import cached_property

import pytest
from identity_fakes import FakeFiles, FakeShowcases
from identity_world import COMMON, AuthenticationWorld

from chassis.principal import Principal
from contracts.base import Event
from contracts.identity.commands import LogIn, RegisterUser, VerifyEmail
from contracts.identity.events import EmailVerificationRequested
from contracts.identity.views import MeView, TokensView
from identity.usecases.get_me import GetMeHandler
from identity.usecases.get_user import GetUserHandler
from identity.usecases.register_user import RegisterUserHandler
from identity.usecases.resend_verification import ResendVerificationHandler
from identity.usecases.update_profile import UpdateProfileHandler
from identity.usecases.verify_email import VerifyEmailHandler

ZONES = frozenset({"UTC", "Europe/Berlin"})


class World(AuthenticationWorld):
    """All of identity in memory, with a clock that tests move."""

    @cached_property
    def register_user(self) -> RegisterUserHandler:
        return RegisterUserHandler(
            self.unit_of_work,
            self.attempts,
            self.passwords,
            self.tokens,
            COMMON,
            ZONES.__contains__,
            lambda: self.client,
            self.sign_ups_per_address,
            self.new_id,
            self.clock.now,
        )

    @cached_property
    def verify_email(self) -> VerifyEmailHandler:
        return VerifyEmailHandler(self.unit_of_work, self.clock.now)

    @cached_property
    def resend_verification(self) -> ResendVerificationHandler:
        return ResendVerificationHandler(self.unit_of_work, self.tokens, self.clock.now)

    @cached_property
    def update_profile(self) -> UpdateProfileHandler:
        return UpdateProfileHandler(self.unit_of_work, ZONES.__contains__)

    @cached_property
    def get_me(self) -> GetMeHandler:
        return GetMeHandler(self.accounts)

    @cached_property
    def get_user(self) -> GetUserHandler:
        return GetUserHandler(self.accounts, FakeShowcases(self.memory), FakeFiles().public_url)

    def registration(self, **changes: object) -> RegisterUser:
        fields = {"email": "Ada@Example.org", "password": "orbit lemon quartz", "display_name": "Ada", "roles": ["solver"], **changes}
        return RegisterUser.model_validate(fields)

    def registered(self, **changes: object) -> MeView:
        return self.register_user(self.registration(**changes))

    def verified(self) -> None:
        self.verify_email(VerifyEmail(token=self.mailed_token))

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

    def in_session_of(self, email: str) -> Principal:
        """Somebody who has registered and logged in just now."""
        self.registered(email=email)
        self.log_in(LogIn(email=email, password="orbit lemon quartz"))
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
