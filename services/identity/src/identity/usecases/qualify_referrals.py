"""Say that a referral has paid off: the person who came has completed a first engagement."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from contracts.challenges.events import ChallengeCompleted
from contracts.identity.events import ReferralQualified
from identity.usecases.ports import UnitOfWork


@dataclass(frozen=True, slots=True)
class QualifyReferralsHandler:
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(self, event: ChallengeCompleted) -> None:
        """Both sides may have come by somebody. Who paid off before does not pay off again."""
        at = event.completed_at
        with self.unit_of_work() as work:
            for user_id in (event.challenger_id, event.solver_id):
                referral = work.referrals.get(user_id)
                qualified = referral.qualified(at) if referral else None
                if qualified is None:
                    continue
                work.referrals.save(qualified)
                work.emit(
                    ReferralQualified(
                        user_id=user_id,
                        referrer_id=qualified.referrer_id,
                        code=qualified.code,
                        challenge_id=event.challenge_id,
                        qualified_at=at,
                    )
                )
