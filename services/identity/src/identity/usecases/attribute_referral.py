"""By whom somebody came: what registering and saying it later have in common."""

from __future__ import annotations

from datetime import datetime

from contracts.identity.events import ReferralAttributed
from identity.domain.account import Account
from identity.domain.referral import Referral, refuse_loop, refuse_oneself
from identity.domain.referral_errors import ReferralCodeUnknown, ReferralMade
from identity.usecases.ports import UnitOfWork


def attribute_referral(work: UnitOfWork, account: Account, code: str, field: str, at: datetime) -> None:
    """Once for each person, in this unit of work.

    Raises:
        ReferralCodeUnknown, ReferralMade, SelfReferral, ReferralLoop.
    """
    referrer_id = work.referrals.owner_of(code)
    referrer = work.accounts.get(referrer_id) if referrer_id else None
    if referrer is None:
        raise ReferralCodeUnknown(field)
    if work.referrals.get(account.id) is not None:
        raise ReferralMade
    refuse_oneself(referrer.id, referrer.email, account.id, account.email)
    refuse_loop(account.id, referrer.id, lambda user_id: _referrer_of(work, user_id))
    work.referrals.add(Referral(account.id, 1, referrer.id, code, at))
    work.emit(ReferralAttributed(user_id=account.id, referrer_id=referrer.id, code=code))


def _referrer_of(work: UnitOfWork, user_id: str) -> str | None:
    referral = work.referrals.get(user_id)
    return referral.referrer_id if referral else None
