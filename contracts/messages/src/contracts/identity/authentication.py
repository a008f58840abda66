"""What may be asked about proving who one is: step-up, passwords, addresses, sessions, second factors."""

from typing import Annotated, ClassVar

from pydantic import Field, JsonValue, StringConstraints

from contracts.base import Command, Done, Name, Query
from contracts.identity.commands import Email, NewPassword, Otp, RecoveryCode, Secret
from contracts.identity.sessions import (
    AvailabilityView,
    DeviceView,
    FactorsView,
    KeySetView,
    LinksView,
    LoginPage,
    PasskeyOptionsView,
    RecoveryCodesView,
    SessionsView,
    SignedInView,
    SignInStartedView,
    TotpSetupView,
)
from contracts.identity.views import AccessTokenView, TokensView
from contracts.ids import FactorId, SessionId
from contracts.paging import DEFAULT_LIMIT, Cursor, Limit

GivenPassword = Annotated[str, StringConstraints(min_length=1, max_length=128), Field(repr=False)]
# What the browser's navigator.credentials answers, by its toJSON() (Web Authentication level 3, 5.1).
PasskeyCredential = Annotated[dict[str, JsonValue], Field(repr=False)]


class StepUp(Command[AccessTokenView]):
    """Prove again who you are, for what is dangerous: the session goes on with a fresh access token.

    `otp` or `recovery_code` where the account has a second factor.
    """

    service: ClassVar[str] = "authentication"
    password: GivenPassword
    otp: Otp | None = Field(default=None, repr=False)
    recovery_code: RecoveryCode | None = Field(default=None, repr=False)


class StepUpWithPasskey(Command[AccessTokenView]):
    """As `step_up`, by a passkey alone, after `begin_passkey_login`."""

    service: ClassVar[str] = "authentication"
    credential: PasskeyCredential


class CheckAvailability(Command[AvailabilityView]):
    """Whether an account could be opened with this address: what registering would tell, and as strictly limited."""

    service: ClassVar[str] = "authentication"
    email: Email


class RequestPasswordReset(Command[Done]):
    """A mail with a token follows if the address has an account. The answer is the same if not."""

    service: ClassVar[str] = "authentication"
    email: Email


class ResetPassword(Command[DeviceView]):
    """Choose a new password with the mailed token: every session ends."""

    service: ClassVar[str] = "authentication"
    token: Secret
    password: NewPassword


class ChangePassword(Command[Done]):
    """Every other session ends."""

    service: ClassVar[str] = "authentication"
    password: GivenPassword
    new_password: NewPassword


class RequestEmailChange(Command[Done]):
    """A mail with a token goes to the new address, a notice to the old one. Asks for a fresh session."""

    service: ClassVar[str] = "authentication"
    email: Email


class ConfirmEmailChange(Command[Done]):
    service: ClassVar[str] = "authentication"
    token: Secret


class ListSessions(Query[SessionsView]):
    """One's live sessions, the last used first."""

    service: ClassVar[str] = "authentication"


class RevokeSession(Command[Done]):
    service: ClassVar[str] = "authentication"
    session_id: SessionId


class RevokeOtherSessions(Command[Done]):
    """End all sessions but the one that asks."""

    service: ClassVar[str] = "authentication"


class ListLogins(Query[LoginPage]):
    """Attempts to log in to one's account, the newest first."""

    service: ClassVar[str] = "authentication"
    cursor: Cursor | None = None
    limit: Limit = DEFAULT_LIMIT


class ListFactors(Query[FactorsView]):
    service: ClassVar[str] = "authentication"


class BeginTotp(Command[TotpSetupView]):
    """A secret for an authenticator app; it counts once a code of it was shown. Asks for a fresh session."""

    service: ClassVar[str] = "authentication"


class ConfirmTotp(Command[RecoveryCodesView]):
    """Show a code of the new secret: from now on a login with the password asks for one."""

    service: ClassVar[str] = "authentication"
    otp: Otp = Field(repr=False)


class RenewRecoveryCodes(Command[RecoveryCodesView]):
    """Ten new codes; the old ones are void. Asks for a fresh session."""

    service: ClassVar[str] = "authentication"


class RemoveFactor(Command[Done]):
    """Asks for a fresh session. The recovery codes go with the last factor."""

    service: ClassVar[str] = "authentication"
    factor_id: FactorId


class BeginPasskey(Command[PasskeyOptionsView]):
    """What the browser needs to make a passkey. Asks for a fresh session."""

    service: ClassVar[str] = "authentication"


class AddPasskey(Command[RecoveryCodesView]):
    """The passkey that the browser made."""

    service: ClassVar[str] = "authentication"
    credential: PasskeyCredential
    label: Name


class BeginPasskeyLogin(Command[PasskeyOptionsView]):
    """What the browser needs to show a passkey: the same for everybody."""

    service: ClassVar[str] = "authentication"


class LogInWithPasskey(Command[TokensView]):
    """Begin a session with a passkey: no password, no further factor."""

    service: ClassVar[str] = "authentication"
    credential: PasskeyCredential


class GetKeySet(Query[KeySetView]):
    """The keys in use and those that will be or were: a token names its own by `kid`."""

    service: ClassVar[str] = "authentication"


ProviderName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{1,39}$")]


class StartSignIn(Command[SignInStartedView]):
    """Begin to log in with a provider: Google, GitHub, LinkedIn, a company's own."""

    service: ClassVar[str] = "authentication"
    provider: ProviderName


class StartLink(Command[SignInStartedView]):
    """Begin to link a provider to one's account. Asks for a fresh session."""

    service: ClassVar[str] = "authentication"
    provider: ProviderName


class CompleteSignIn(Command[SignedInView]):
    """What the provider sent the browser back with, and the binding that the browser kept."""

    service: ClassVar[str] = "authentication"
    provider: ProviderName
    code: Secret
    state: Secret
    binding: Secret
    iss: Annotated[str, StringConstraints(max_length=300)] | None = None


class ListLinks(Query[LinksView]):
    service: ClassVar[str] = "authentication"


class RemoveLink(Command[Done]):
    """Asks for a fresh session. The last way into an account stays."""

    service: ClassVar[str] = "authentication"
    provider: ProviderName
