"""How identity refuses: every rule of this service that can say no, with its stable code."""

from contracts.errors import DomainError, FieldError, HoldsFor, Kind


class EmailTaken(DomainError):
    """An account with this email address exists."""

    kind = Kind.CONFLICT
    code = "identity.email.taken"

    def __init__(self) -> None:
        super().__init__(fields=(FieldError(pointer="/email", detail="is taken"),))


class PasswordTrivial(DomainError):
    """This password is among the first that an attacker would try."""

    kind = Kind.INVALID
    code = "identity.password.trivial"

    def __init__(self, why: str, field: str = "password") -> None:
        super().__init__(fields=(FieldError(pointer=f"/{field}", detail=why),))


class CredentialsInvalid(DomainError):
    """Email or password is wrong."""

    kind = Kind.UNAUTHENTICATED
    code = "identity.credentials.invalid"


class LoginThrottled(DomainError):
    """Too many failed attempts to log in to this account: try again later."""

    kind = Kind.LIMITED
    code = "identity.login.throttled"
    retry_after_s: int

    def __init__(self, retry_after_s: int, holds_for: HoldsFor | None = None) -> None:
        super().__init__()
        self.retry_after_s = retry_after_s
        self.holds_for = holds_for


class SignUpsThrottled(LoginThrottled):
    """Too many accounts were asked for from this address: try again later."""

    code = "identity.sign_up.throttled"


class OtpRequired(DomainError):
    """This account has a second factor: send a one-time password as otp, a recovery code, or log in with a passkey."""

    kind = Kind.UNAUTHENTICATED
    code = "identity.otp.required"

    def __init__(self) -> None:
        super().__init__(fields=(FieldError(pointer="/otp", detail="is required for this account"),))


class OtpInvalid(DomainError):
    """This one-time password or recovery code is wrong or was used before."""

    kind = Kind.UNAUTHENTICATED
    code = "identity.otp.invalid"


class SignInElsewhereClosed(DomainError):
    """Logging in with other providers is switched off at the moment: use your password or a passkey."""

    kind = Kind.FORBIDDEN
    code = "identity.sign_in_elsewhere.closed"


class PasskeyInvalid(DomainError):
    """This passkey was not accepted: begin again."""

    kind = Kind.UNAUTHENTICATED
    code = "identity.passkey.invalid"


class FactorNotFound(DomainError):
    """You have no such factor."""

    kind = Kind.NOT_FOUND
    code = "identity.factor.not_found"


class TotpNotBegun(DomainError):
    """Begin with a new secret first."""

    kind = Kind.CONFLICT
    code = "identity.factor.not_begun"


class FactorExists(DomainError):
    """There is an authenticator app already: remove it first."""

    kind = Kind.CONFLICT
    code = "identity.factor.exists"


class TooManyPasskeys(DomainError):
    """Remove a passkey first: twenty are the most."""

    kind = Kind.CONFLICT
    code = "identity.factor.too_many"


class NoSecondFactor(DomainError):
    """Recovery codes stand in for a second factor: add one first."""

    kind = Kind.CONFLICT
    code = "identity.factor.none"


class CodeWrong(DomainError):
    """This is not the present code of the new secret."""

    kind = Kind.INVALID
    code = "identity.otp.wrong"

    def __init__(self) -> None:
        super().__init__(fields=(FieldError(pointer="/otp", detail="is not the present code"),))


class TokenInvalid(DomainError):
    """This token is unknown, used or expired: ask for a new one."""

    kind = Kind.INVALID
    code = "identity.token.unusable"

    def __init__(self) -> None:
        super().__init__(fields=(FieldError(pointer="/token", detail="is unknown, used or expired"),))


class SessionNotFound(DomainError):
    """You have no such session."""

    kind = Kind.NOT_FOUND
    code = "identity.session.not_found"


class ProviderNotFound(DomainError):
    """There is no such provider to log in with."""

    kind = Kind.NOT_FOUND
    code = "identity.provider.not_found"


class ProviderAway(DomainError):
    """The provider does not answer: try again."""

    kind = Kind.UNAVAILABLE
    code = "identity.provider.away"


class SignInRefused(DomainError):
    """The login at the provider could not be completed: begin again."""

    kind = Kind.UNAUTHENTICATED
    code = "identity.sign_in.refused"


class LinkRequired(DomainError):
    """An account with this address exists: log in to it as usual, then link the provider there."""

    kind = Kind.CONFLICT
    code = "identity.link.required"


class LinkTaken(DomainError):
    """This login of the provider belongs to another account here."""

    kind = Kind.CONFLICT
    code = "identity.link.taken"


class LinkNotFound(DomainError):
    """No login of this provider is linked to your account."""

    kind = Kind.NOT_FOUND
    code = "identity.link.not_found"


class LastWayIn(DomainError):
    """Without it you could not log in any more: set a password by mail, or add a passkey first."""

    kind = Kind.CONFLICT
    code = "identity.link.last"


class VerificationTokenInvalid(DomainError):
    """This verification token is unknown, used or expired: ask for a new one."""

    kind = Kind.INVALID
    code = "identity.verification_token.invalid"

    def __init__(self) -> None:
        super().__init__(fields=(FieldError(pointer="/token", detail="is unknown, used or expired"),))


class RefreshTokenInvalid(DomainError):
    """This refresh token is unknown, expired or revoked: log in again."""

    kind = Kind.UNAUTHENTICATED
    code = "identity.refresh_token.invalid"


class RefreshTokenReused(DomainError):
    """This refresh token was used before: somebody else may hold a copy, so the session has ended. Log in again."""

    kind = Kind.UNAUTHENTICATED
    code = "identity.refresh_token.reused"


class UserNotFound(DomainError):
    """There is no such user."""

    kind = Kind.NOT_FOUND
    code = "identity.user.not_found"


class ProfileStale(DomainError):
    """The profile has changed since it was read: read it again and repeat the change."""

    kind = Kind.CONFLICT
    code = "identity.profile.stale"


class ProfileInvalid(DomainError):
    """The profile cannot take this value."""

    kind = Kind.INVALID
    code = "identity.profile.invalid"

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(fields=(FieldError(pointer=f"/{field}", detail=detail),))
