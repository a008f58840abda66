"""Begin to link a provider to one's account."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal
from contracts.identity.authentication import StartLink
from contracts.identity.sessions import SignInStartedView
from identity.usecases.begin_sign_in import BeginSignIn


@dataclass(frozen=True, slots=True)
class StartLinkHandler:
    begin: BeginSignIn
    now: Callable[[], datetime]

    def __call__(self, command: StartLink, principal: Principal) -> SignInStartedView:
        """Raises:
        StepUpRequired: a link opens the account for good.
        SessionEnded, SignInElsewhereClosed, ProviderNotFound, ProviderAway.
        """
        at = self.now()
        principal.require_fresh(at)
        return self.begin(command.provider, at, principal)
