"""Begin to log in elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from contracts.identity.authentication import StartSignIn
from contracts.identity.sessions import SignInStartedView
from identity.usecases.begin_sign_in import BeginSignIn


@dataclass(frozen=True, slots=True)
class StartSignInHandler:
    begin: BeginSignIn
    now: Callable[[], datetime]

    def __call__(self, command: StartSignIn) -> SignInStartedView:
        return self.begin(command.provider, self.now())
