"""A review: what one side of a completed challenge says of the other, hidden until both have spoken or the window closes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from challenges.domain.challenge import Challenge
from challenges.domain.errors import AlreadyReviewed, NotParty, ReviewTooEarly, ReviewWindowClosed


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """The aggregate. `window_closes_at` is when it is published at the latest."""

    id: str
    version: int = 1
    challenge_id: str
    author_id: str
    subject_id: str
    rating: int
    text: str
    created_at: datetime
    window_closes_at: datetime
    published_at: datetime | None = None

    @classmethod
    def of(cls, challenge: Challenge, review_id: str, author_id: str, *, rating: int, text: str, window: timedelta, at: datetime) -> Review:
        """Review the other side.

        Raises:
            NotParty, ReviewTooEarly, ReviewWindowClosed, AlreadyReviewed.
        """
        if not challenge.has_party(author_id):
            raise NotParty
        if challenge.completed_at is None or challenge.solver_id is None:
            raise ReviewTooEarly
        if author_id in challenge.reviewed_by:
            raise AlreadyReviewed
        closes_at = challenge.completed_at + window
        if at >= closes_at:
            raise ReviewWindowClosed
        subject_id = challenge.solver_id if author_id == challenge.challenger_id else challenge.challenger_id
        return cls(
            id=review_id,
            challenge_id=challenge.id,
            author_id=author_id,
            subject_id=subject_id,
            rating=rating,
            text=text,
            created_at=at,
            window_closes_at=closes_at,
        )

    def visible_to(self, viewer_id: str | None) -> bool:
        return self.published_at is not None or viewer_id == self.author_id

    def publish(self, at: datetime) -> Review:
        """Show it to everybody; one that is published stays as it is."""
        return self if self.published_at is not None else replace(self, published_at=at)
