"""Where the adapters and use cases of authentication meet."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.wiring import Resources
from identity.adapters.accounts import MongoAccounts
from identity.adapters.login_attempts import MongoLoginAttempts
from identity.adapters.unit_of_work import IdentityUnitOfWork
from identity.settings import Settings
from identity.usecases.step_up import StepUpHandler
from identity.wiring import password_hashing, signed_tokens


@dataclass(frozen=True, slots=True)
class AuthenticationUseCases:
    """All ways to prove who one is."""

    step_up: StepUpHandler


def build_authentication(resources: Resources[Settings]) -> AuthenticationUseCases:
    store, settings = resources.store, resources.settings
    now = resources.clock.now
    passwords, tokens = password_hashing(settings), signed_tokens(settings)
    attempts = MongoLoginAttempts(store.database)

    def unit_of_work() -> IdentityUnitOfWork:
        return IdentityUnitOfWork(store)

    return AuthenticationUseCases(
        step_up=StepUpHandler(unit_of_work, MongoAccounts(), attempts, passwords, tokens, now),
    )
