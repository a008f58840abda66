"""List the reviews of a challenge."""

from __future__ import annotations

from dataclasses import dataclass

from challenges.usecases.access import visible_challenge
from challenges.usecases.ports import Challenges, Reviews
from challenges.usecases.views import review_view
from chassis.principal import Principal
from contracts.challenges.queries import ListReviews
from contracts.challenges.views import ReviewView
from contracts.paging import Page


@dataclass(frozen=True, slots=True)
class ListReviewsHandler:
    challenges: Challenges
    reviews: Reviews

    def __call__(self, query: ListReviews, principal: Principal | None) -> Page[ReviewView]:
        """Those that are published, and one's own. (There are two at most: what is hidden is left out of its page.)

        Raises:
            ChallengeNotFound, InvalidCursor.
        """
        viewer_id = principal.user_id if principal else None
        challenge = visible_challenge(self.challenges, query.challenge_id, viewer_id)
        found, next_cursor = self.reviews.page_of(challenge.id, query.cursor, query.limit)
        shown = tuple(review_view(each) for each in found if each.visible_to(viewer_id))
        return Page[ReviewView](items=shown, next_cursor=next_cursor)
