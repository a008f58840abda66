"""Publish the reviews whose window has closed before the other side wrote one."""

from __future__ import annotations

from dataclasses import dataclass

from challenges.usecases.access import existing_challenge
from challenges.usecases.facts import review_published
from challenges.usecases.ports import Begin, Now, Reviews

_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class PublishDueReviewsHandler:
    unit_of_work: Begin
    reviews: Reviews
    now: Now

    def __call__(self) -> None:
        """Publish what is due, a transaction for each challenge. Replicas may do so at once: each review is published once."""
        at = self.now()
        for challenge_id in self.reviews.challenges_due(at, limit=_AT_ONCE):
            with self.unit_of_work() as work:
                challenge = existing_challenge(work.challenges, challenge_id)
                for review in work.reviews.of_challenge(challenge_id):
                    if review.published_at is None and review.window_closes_at <= at:
                        work.emit(review_published(challenge, work.reviews.save(review.publish(at))))
