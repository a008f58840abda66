"""What the use cases of identity need from outside: repositories in one transaction, and the crafts of passwords and tokens."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from chassis.unit_of_work import UnitOfWork as Transaction
from contracts.identity.roles import Role
from contracts.identity.views import AccessTokenView, TokensView
from identity.domain.account import Account, AccountFilter
from identity.domain.audit import AuditEntry, AuditFilter
from identity.domain.ceremony import Ceremony, Kind
from identity.domain.configuration import Flag, Setting
from identity.domain.login import Login
from identity.domain.second_factors import Passkey, SecondFactors
from identity.domain.session import RefreshToken, Session
from identity.domain.sign_in import Link, Provider, Vouched
from identity.domain.throttle import Budget
from identity.domain.verification import EmailVerification
from identity.usecases.organisation_ports import BulkInvites, Credentials, Invitations, Members, Organisations, Referrals


class Accounts(Protocol):
    def get(self, user_id: str) -> Account | None: ...

    def by_email(self, email: str) -> Account | None:
        """The account of an address, whatever its upper and lower case."""

    def add(self, account: Account) -> None:
        """Raises:
        EmailTaken: another account has this address.
        """

    def save(self, account: Account) -> None: ...

    def remove(self, user_id: str) -> None: ...

    def any_with(self, role: Role) -> bool:
        """Whether anybody holds this role."""

    def page(self, chosen: AccountFilter, cursor: str | None, limit: int) -> tuple[list[Account], str | None]:
        """The newest first, and the cursor to go on from."""


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

    def live_of(self, user_id: str, at: datetime) -> list[Session]:
        """The last used first."""

    def take_turn(self, user_id: str) -> None:
        """Of two who begin or end sessions of a person at the same time, one runs again and sees what the other did."""


class RefreshTokens(Protocol):
    def get(self, token_digest: str) -> RefreshToken | None: ...

    def add(self, token: RefreshToken) -> None: ...

    def save(self, token: RefreshToken) -> None: ...


class Ceremonies(Protocol):
    def add(self, ceremony: Ceremony) -> None: ...

    def get(self, digest: str) -> Ceremony | None:
        """The ceremony of this secret, which stays open."""

    def take(self, digest: str) -> Ceremony | None:
        """The ceremony of this secret, which is used up."""

    def drop(self, kind: Kind, user_id: str) -> None:
        """Those of a person that are open: a newer one replaces them."""

    def drop_all(self, user_id: str) -> None:
        """Whatever a person has begun."""


class Factors(Protocol):
    def of(self, user_id: str) -> SecondFactors:
        """Also where none was ever added."""

    def save(self, factors: SecondFactors) -> None:
        """Raises: StaleVersion."""


class Logins(Protocol):
    def add(self, login: Login) -> None: ...

    def page(self, user_id: str, cursor: str | None, limit: int) -> tuple[list[Login], str | None]:
        """The newest first, and the cursor to go on from."""


class Links(Protocol):
    def get(self, provider: str, subject: str) -> Link | None: ...

    def of(self, user_id: str) -> list[Link]: ...

    def add(self, link: Link) -> None: ...

    def remove(self, link: Link) -> None: ...


class Audit(Protocol):
    """Nothing here changes or removes an entry."""

    def append(self, entry: AuditEntry) -> None: ...

    def page(self, chosen: AuditFilter, cursor: str | None, limit: int) -> tuple[list[AuditEntry], str | None]:
        """The latest first, and the cursor to go on from."""


class Configuration(Protocol):
    """System settings and feature flags."""

    def setting(self, name: str) -> Setting:
        """The setting as it is; its default where it was never changed. Raises: SettingUnknown."""

    def settings(self) -> list[Setting]:
        """Every setting there is, by name."""

    def keep_setting(self, setting: Setting) -> None:
        """Raises: StaleVersion."""

    def flag(self, name: str) -> Flag | None: ...

    def flags(self) -> list[Flag]:
        """By name."""

    def keep_flag(self, flag: Flag) -> None:
        """Raises: StaleVersion."""


class UnitOfWork(Transaction, Protocol):
    """One transaction over all that identity keeps."""

    accounts: Accounts
    verifications: EmailVerifications
    sessions: Sessions
    refresh_tokens: RefreshTokens
    ceremonies: Ceremonies
    factors: Factors
    logins: Logins
    links: Links
    audit: Audit
    configuration: Configuration
    organisations: Organisations
    members: Members
    invitations: Invitations
    bulk_invites: BulkInvites
    credentials: Credentials
    referrals: Referrals


class Passwords(Protocol):
    """Slow hashing, a bounded number at once; strangers, whom nothing vouches for, never hold up the others.

    Raises:
        DomainError: too many are waiting; nothing was looked at.
    """

    def hashed(self, password: str, *, stranger: bool = False) -> str: ...

    def match(self, password: str, password_hash: str | None, *, stranger: bool = False) -> bool:
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

    def take_back(self, budget: Budget, at: datetime) -> None:
        """That attempt does not count: it was an honest one, or nobody looked at it. The others keep counting."""


class Tokens(Protocol):
    """Makes what clients carry."""

    def new(self) -> str:
        """An opaque token of 256 random bits."""

    def successor(self, refresh_token: str) -> str:
        """The refresh token that follows this one: always the same, and out of reach for anybody without the key."""

    def issue(self, account: Account, session: Session, refresh_token: str, at: datetime) -> TokensView:
        """Sign an access token for the session and hand it out with the refresh token."""

    def access(self, account: Account, session: Session, at: datetime) -> AccessTokenView:
        """Sign an access token for the session.

        Raises:
            AccountSuspended, AccountBanned: whatever way they came, they are kept out.
        """

    def public_keys(self) -> tuple[Mapping[str, Any], ...]:
        """Of all keys that tokens are, were or will be signed with, as JWK."""

    def device_token(self, email: str) -> str:
        """What a device keeps, to be known again at this account; new each time."""

    def device_of(self, device_token: str | None, email: str) -> str | None:
        """The id of the device that was given this token at a login of this account; None for any other token."""


class OneTimePasswords(Protocol):
    """RFC 6238. A sealed secret says nothing to anybody else."""

    def new(self) -> str:
        """A new secret, sealed."""

    def secret(self, sealed: str) -> str:
        """In base 32, for the person."""

    def uri(self, sealed: str, email: str) -> str: ...

    def step(self, sealed: str, otp: str, at: datetime) -> int | None:
        """The 30 seconds whose code this is: the present ones, those before or those after."""


class Passkeys(Protocol):
    """Web Authentication level 3. Options and credentials are JSON as browsers speak it."""

    def creation_options(self, user_id: str, email: str, name: str, challenge: str, known: tuple[Passkey, ...]) -> Mapping[str, Any]: ...

    def request_options(self, challenge: str) -> Mapping[str, Any]: ...

    def challenge_of(self, credential: Mapping[str, Any]) -> str:
        """The challenge it answers. Raises: PasskeyInvalid."""

    def claimed(self, credential: Mapping[str, Any]) -> tuple[str, str]:
        """Whose it says to be, and its credential id: unproven. Raises: PasskeyInvalid."""

    def created(self, credential: Mapping[str, Any], challenge: str, passkey_id: str, label: str, at: datetime) -> Passkey:
        """Raises: PasskeyInvalid."""

    def used(self, credential: Mapping[str, Any], challenge: str, passkey: Passkey, at: datetime) -> Passkey:
        """The passkey after this use. Raises: PasskeyInvalid."""


class Providers(Protocol):
    """Where people may log in elsewhere; organisations' own providers come in here too."""

    def get(self, name: str) -> Provider | None: ...


class SignIns(Protocol):
    """The dialogue with a provider: OAuth 2.1 authorization code with PKCE, OpenID Connect Core 1.0."""

    def authorization_url(self, provider: Provider, state: str, nonce: str, verifier: str, redirect_uri: str) -> str:
        """Where to send the browser. Raises: ProviderAway."""

    def vouched(self, provider: Provider, code: str, nonce: str, verifier: str, redirect_uri: str) -> Vouched:
        """Whom the code stands for. Raises: ProviderAway, SignInRefused."""
