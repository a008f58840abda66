"""Give who brought somebody the credit they are promised."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from contracts.identity.events import ReferralQualified
from contracts.money import Price
from contracts.payments.coupon_views import CreditCause
from payments.usecases.granting import grant
from payments.usecases.ports import UnitsOfWork


@dataclass(frozen=True, slots=True)
class RewardReferralHandler:
    """`credit` is what a referral is worth; None: nothing."""

    unit_of_work: UnitsOfWork
    credit: Price | None
    now: Callable[[], datetime]

    def __call__(self, event: ReferralQualified) -> None:
        """The journal is named after who came, and a person comes once: however often and under whichever id the event is delivered,
        there is one. What a referral was worth when it was rewarded stays so.
        """
        key = f"referral_credit:{event.user_id}"
        with self.unit_of_work() as work:
            if self.credit is None or work.erased(event.referrer_id) or work.journals.get(key) is not None:
                return
            grant(work, event.referrer_id, key, self.credit, CreditCause.REFERRAL, self.now())
