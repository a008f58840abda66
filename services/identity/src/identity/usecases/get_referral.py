"""Show one's referral code and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from chassis.principal import Principal
from contracts.identity.referrals import ReferralView
from identity.usecases.ports import UnitOfWork


@dataclass(frozen=True, slots=True)
class GetReferralHandler:
    unit_of_work: Callable[[], UnitOfWork]
    new_code: Callable[[], str]

    def __call__(self, principal: Principal) -> ReferralView:
        """The code is made when it is first asked for, and stays."""
        with self.unit_of_work() as work:
            code = work.referrals.code_of(principal.user_id)
            if code is None:
                code = self.new_code()
                work.referrals.keep_code(principal.user_id, code)
            attributed, qualified = work.referrals.brought_by(principal.user_id)
            own = work.referrals.get(principal.user_id)
            return ReferralView(
                code=code,
                attributed=attributed,
                qualified=qualified,
                referred_by_code=own.code if own else None,
                qualified_at=own.qualified_at if own else None,
            )
