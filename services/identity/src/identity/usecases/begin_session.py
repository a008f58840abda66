"""What every way to log in ends with: a session, its tokens and a line in the history."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from contracts.identity.views import TokensView
from identity.domain.account import Account
from identity.domain.login import Login, Outcome
from identity.domain.origin import Origin
from identity.domain.session import Session
from identity.domain.tokens import digest
from identity.usecases.ports import Tokens, UnitOfWork


@dataclass(frozen=True, slots=True)
class BeginSession:
    tokens: Tokens
    new_id: Callable[[str], str]

    def __call__(self, work: UnitOfWork, account: Account, methods: tuple[str, ...], origin: Origin, at: datetime) -> TokensView:
        """Begin a session in this unit of work, which must have read the account and what was shown: whoever ends the person's sessions at
        the same time would not see this one (decision 0081). The device is given a token by which it is known again.
        """
        work.sessions.take_turn(account.id)
        refresh_token = self.tokens.new()
        session = Session.begin(self.new_id("session"), account.id, at, methods, origin)
        work.sessions.add(session)
        work.refresh_tokens.add(session.refresh_token(digest(refresh_token), at))
        self.record(work, account, Outcome.SUCCEEDED, methods, origin, at)
        issued = self.tokens.issue(account, session, refresh_token, at)
        return issued.model_copy(update={"device_token": self.tokens.device_token(account.email)})

    def record(self, work: UnitOfWork, account: Account, outcome: Outcome, methods: tuple[str, ...], origin: Origin, at: datetime) -> None:
        work.logins.add(Login(self.new_id("login"), account.id, at, outcome, methods, origin))
