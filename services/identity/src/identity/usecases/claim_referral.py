"""Say by whom one came."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal, SessionEnded
from contracts.base import Done
from contracts.identity.referrals import ClaimReferral
from identity.domain.referral import refuse_late
from identity.usecases.attribute_referral import attribute_referral
from identity.usecases.ports import UnitOfWork


@dataclass(frozen=True, slots=True)
class ClaimReferralHandler:
    unit_of_work: Callable[[], UnitOfWork]
    now: Callable[[], datetime]

    def __call__(self, command: ClaimReferral, principal: Principal) -> Done:
        """Raises:
        ReferralTooLate, ReferralCodeUnknown, ReferralMade, SelfReferral, ReferralLoop.
        """
        at = self.now()
        with self.unit_of_work() as work:
            work.referrals.one_at_a_time()
            account = work.accounts.get(principal.user_id)
            if account is None:
                raise SessionEnded
            refuse_late(account.created_at, at)
            attribute_referral(work, account, command.code, "code", at)
            return work.answer(Done())
