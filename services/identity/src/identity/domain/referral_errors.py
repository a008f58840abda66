"""How identity refuses about referrals: rules that can say no, with their stable codes."""

from contracts.errors import DomainError, FieldError, Kind


class ReferralCodeUnknown(DomainError):
    """There is no such referral code."""

    kind = Kind.INVALID
    code = "identity.referral.code_unknown"

    def __init__(self, field: str) -> None:
        super().__init__(fields=(FieldError(pointer=f"/{field}", detail="is nobody's code"),))


class SelfReferral(DomainError):
    """Nobody refers themselves."""

    kind = Kind.CONFLICT
    code = "identity.referral.oneself"


class ReferralLoop(DomainError):
    """This person came by you, or by somebody who did."""

    kind = Kind.CONFLICT
    code = "identity.referral.loop"


class ReferralMade(DomainError):
    """It is known by whom you came."""

    kind = Kind.CONFLICT
    code = "identity.referral.made"


class ReferralTooLate(DomainError):
    """A referral can be told within two weeks of registering."""

    kind = Kind.CONFLICT
    code = "identity.referral.too_late"
