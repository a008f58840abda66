"""What the use cases of identity need from outside: repositories in one transaction, and the crafts of passwords and tokens."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from chassis.unit_of_work import UnitOfWork as Transaction
from contracts.identity.views import AccessTokenView, TokensView
from identity.domain.account import Account
from identity.domain.session import RefreshToken, Session
from identity.domain.throttle import Budget
from identity.domain.verification import EmailVerification


class Accounts(Protocol):
    def get(self, user_id: str) -> Account | None: ...

    def by_email(self, email: str) -> Account | None:
        """The account of an address, whatever its upper and lower case."""

    def add(self, account: Account) -> None:
        """Raises:
        EmailTaken: another account has this address.
        """

    def save(self, account: Account) -> None: ...


class EmailVerifications(Protocol):
    def of(self, user_id: str) -> EmailVerification | None: ...

    def by_digest(self, token_digest: str) -> EmailVerification | None: ...

    def add(self, verification: EmailVerification) -> None: ...

    def save(self, verification: EmailVerification) -> None: ...

    def remove(self, user_id: str) -> None: ...


class Sessions(Protocol):
    def get(self, session_id: str) -> Session | None: ...

    def add(self, session: Session) -> None: ...

    def save(self, session: Session) -> None: ...


class RefreshTokens(Protocol):
    def get(self, token_digest: str) -> RefreshToken | None: ...

    def add(self, token: RefreshToken) -> None: ...

    def save(self, token: RefreshToken) -> None: ...


class UnitOfWork(Transaction, Protocol):
    """One transaction over all that identity keeps."""

    accounts: Accounts
    verifications: EmailVerifications
    sessions: Sessions
    refresh_tokens: RefreshTokens


class Passwords(Protocol):
    """Slow hashing, a bounded number at once."""

    def hashed(self, password: str) -> str: ...

    def match(self, password: str, password_hash: str | None) -> bool:
        """Whether the password is the hashed one. Without a hash: False, after the same time."""


class LoginAttempts(Protocol):
    """Counts attempts against budgets, whether the account exists or not. Not part of a transaction: a failed login must leave its mark."""

    def count(self, budget: Budget, at: datetime) -> None:
        """Count one more, before the password is looked at, so that parallel guesses do not get past the limit.

        Raises:
            LoginThrottled: there were too many since the last success.
        """

    def forget(self, budget: Budget, at: datetime) -> None:
        """The right person is in: start from zero."""


class Tokens(Protocol):
    """Makes what clients carry."""

    def new(self) -> str:
        """An opaque token of 256 random bits."""

    def successor(self, refresh_token: str) -> str:
        """The refresh token that follows this one: always the same, and out of reach for anybody without the key."""

    def issue(self, account: Account, session: Session, refresh_token: str, at: datetime) -> TokensView:
        """Sign an access token for the session and hand it out with the refresh token."""

    def access(self, account: Account, session: Session, at: datetime) -> AccessTokenView:
        """Sign an access token for the session."""
