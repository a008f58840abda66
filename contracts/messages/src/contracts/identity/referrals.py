"""What may be asked about referrals."""

from typing import Annotated, ClassVar

from pydantic import StringConstraints

from contracts.base import Command, Done, Query, UtcDatetime, View

ReferralCode = Annotated[str, StringConstraints(strip_whitespace=True, to_upper=True, pattern=r"^[0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{8}$")]


class ReferralView(View):
    """One's own code, and what came of it. `referred_by_code` is the code one came with."""

    code: str
    attributed: int
    qualified: int
    referred_by_code: str | None
    qualified_at: UtcDatetime | None


class GetReferral(Query[ReferralView]):
    service: ClassVar[str] = "referrals"


class ClaimReferral(Command[Done]):
    """Say by whom one came, once, within two weeks of registering (who logs in elsewhere first cannot say it there)."""

    service: ClassVar[str] = "referrals"
    code: ReferralCode
