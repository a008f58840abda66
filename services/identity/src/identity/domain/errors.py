"""How identity refuses: every rule of this service that can say no, with its stable code."""

from contracts.errors import DomainError, FieldError, Kind, Problem


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

    def __init__(self, why: str) -> None:
        super().__init__(fields=(FieldError(pointer="/password", detail=why),))


class CredentialsInvalid(DomainError):
    """Email or password is wrong."""

    kind = Kind.UNAUTHENTICATED
    code = "identity.credentials.invalid"


class LoginThrottled(DomainError):
    """Too many failed attempts to log in to this account: try again later."""

    kind = Kind.LIMITED
    code = "identity.login.throttled"

    def __init__(self, retry_after_s: int) -> None:
        super().__init__()
        self.retry_after_s = retry_after_s

    def problem(self) -> Problem:
        return super().problem().model_copy(update={"retry_after_s": self.retry_after_s})


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


class SessionEnded(DomainError):
    """This session has ended: log in again."""

    kind = Kind.UNAUTHENTICATED
    code = "identity.session.ended"


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
