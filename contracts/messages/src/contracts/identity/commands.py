"""What may be asked of identity that changes something."""

from typing import Annotated, ClassVar

from pydantic import AfterValidator, EmailStr, Field, HttpUrl, StringConstraints

from contracts.base import Command, Done, LongText, Name, ShortText
from contracts.identity.referrals import ReferralCode
from contracts.identity.roles import SELF_ASSIGNED, Role
from contracts.identity.taxonomy import SkillTag
from contracts.identity.views import MeView, TokensView


def _self_assigned(role: Role) -> Role:
    if role not in SELF_ASSIGNED:
        raise ValueError("this role is granted, not chosen: take challenger, solver or expert")
    return role


Email = Annotated[EmailStr, StringConstraints(max_length=254)]
# NIST SP 800-63B rev. 4: at least 15 characters or a second factor; ASVS 5.0 6.2.1 asks for 8 and up. No composition rules.
NewPassword = Annotated[str, StringConstraints(min_length=12, max_length=128), Field(repr=False)]
Secret = Annotated[str, StringConstraints(min_length=1, max_length=4096), Field(repr=False)]
Otp = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]
RecoveryCode = Annotated[str, StringConstraints(min_length=1, max_length=32)]
LanguageTag = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$")]


class RegisterUser(Command[MeView]):
    """Open an account; a mail with a verification token follows."""

    service: ClassVar[str] = "identity"
    email: Email
    password: NewPassword
    display_name: Name
    roles: Annotated[tuple[Annotated[Role, AfterValidator(_self_assigned)], ...], Field(min_length=1, max_length=3)]
    locale: LanguageTag = "en"
    time_zone: Annotated[str, StringConstraints(max_length=64)] = "UTC"
    referral_code: ReferralCode | None = None


class VerifyEmail(Command[Done]):
    service: ClassVar[str] = "identity"
    token: Secret


class ResendVerification(Command[Done]):
    """Answers the same whether or not the address is known."""

    service: ClassVar[str] = "identity"
    email: Email


class LogIn(Command[TokensView]):
    """`otp` or `recovery_code` where the account has a second factor; `device_token` as an earlier login on this device gave it."""

    service: ClassVar[str] = "identity"
    email: Email
    password: Annotated[str, StringConstraints(min_length=1, max_length=128), Field(repr=False)]
    otp: Otp | None = Field(default=None, repr=False)
    recovery_code: RecoveryCode | None = Field(default=None, repr=False)
    device_token: Annotated[str, StringConstraints(min_length=1, max_length=256)] | None = Field(default=None, repr=False)


class RefreshSession(Command[TokensView]):
    """Trade a refresh token for new tokens. Each works once; a second use revokes the whole session family."""

    service: ClassVar[str] = "identity"
    refresh_token: Secret


class LogOut(Command[Done]):
    service: ClassVar[str] = "identity"
    refresh_token: Secret


class UpdateProfile(Command[MeView]):
    """Change what is mentioned, leave the rest. `expected_version` (from If-Match) refuses a lost update."""

    service: ClassVar[str] = "identity"
    display_name: Name | None = None
    headline: ShortText | None = None
    bio: LongText | None = None
    skills: Annotated[tuple[SkillTag, ...], Field(max_length=50)] | None = None
    languages: Annotated[tuple[LanguageTag, ...], Field(max_length=20)] | None = None
    links: Annotated[tuple[HttpUrl, ...], Field(max_length=10)] | None = None
    time_zone: Annotated[str, StringConstraints(max_length=64)] | None = None
    locale: LanguageTag | None = None
    expected_version: Annotated[int, Field(ge=1)] | None = None
