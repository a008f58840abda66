"""Review the other side."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from challenges.domain.review import Review
from challenges.usecases.access import visible_challenge
from challenges.usecases.facts import review_published
from challenges.usecases.ports import Begin, NewId, Now
from challenges.usecases.views import review_view
from chassis.principal import Principal
from chassis.privacy.keeping import ERASED
from contracts.challenges.commands import WriteReview
from contracts.challenges.views import ReviewView


@dataclass(frozen=True, slots=True)
class WriteReviewHandler:
    unit_of_work: Begin
    new_id: NewId
    now: Now
    window: timedelta  # from completion on

    def __call__(self, command: WriteReview, principal: Principal) -> ReviewView:
        """Record a review that stays hidden until the other side's is in, which then publishes both.

        The challenge notes who has written, so that two reviews at the same moment see each other. Of somebody who has left
        the rating alone is kept, as of the reviews that were written before.

        Raises:
            ChallengeNotFound, NotParty, ReviewTooEarly, ReviewWindowClosed, AlreadyReviewed.
        """
        at = self.now()
        with self.unit_of_work() as work:
            before = visible_challenge(work.challenges, command.challenge_id, principal.user_id)
            own = Review.of(
                before,
                self.new_id("review"),
                principal.user_id,
                rating=command.rating,
                text=command.text,
                window=self.window,
                at=at,
            )
            if work.erased(own.subject_id):
                own = replace(own, text=ERASED)
            challenge = work.challenges.save(before.count_review(principal.user_id))
            others = work.reviews.of_challenge(challenge.id)
            if others:
                own = own.publish(at)
            work.reviews.add(own)
            for other in others:
                work.emit(review_published(challenge, work.reviews.save(other.publish(at))))
                work.emit(review_published(challenge, own))
            return work.answer(review_view(own))
