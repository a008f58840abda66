"""Reviews: by the parties, once each, hidden until both are in or the window closes."""

from datetime import timedelta

import pytest
from challenges_market import REVIEW_WINDOW, Market

from challenges.domain.errors import AlreadyReviewed, ChallengeNotFound, NotParty, ReviewTooEarly, ReviewWindowClosed
from chassis.principal import Principal
from chassis.privacy.keeping import ERASED
from contracts.challenges.commands import WriteReview
from contracts.challenges.events import ReviewPublished
from contracts.challenges.queries import ListReviews
from contracts.challenges.terms import Visibility
from contracts.challenges.views import ChallengeView, ReviewView


def write(market: Market, challenge: ChallengeView, author: Principal, rating: int = 5) -> ReviewView:
    return market.can.write_review(WriteReview(challenge_id=challenge.id, rating=rating, text="Good work."), author)


def shown(market: Market, challenge: ChallengeView, viewer: Principal | None) -> list[str]:
    return [review.author_id for review in market.can.list_reviews(ListReviews(challenge_id=challenge.id), viewer).items]


def told(market: Market) -> list[tuple[str, str]]:
    return [(event.author_id, event.subject_id) for event in market.database.events if isinstance(event, ReviewPublished)]


def test_the_first_review_is_its_authors_alone(market: Market) -> None:
    challenge = market.completed()
    review = write(market, challenge, market.challenger)
    assert (review.subject_id, review.published_at) == (market.solver.user_id, None)
    assert shown(market, challenge, market.challenger) == [market.challenger.user_id]
    assert shown(market, challenge, market.solver) == []
    assert shown(market, challenge, None) == []
    assert told(market) == []


def test_the_second_review_publishes_both(market: Market) -> None:
    challenge = market.completed()
    write(market, challenge, market.solver, rating=4)
    market.clock.advance(timedelta(days=1))
    second = write(market, challenge, market.challenger)
    assert second.published_at == market.clock.now()
    both = [market.solver.user_id, market.challenger.user_id]
    assert shown(market, challenge, None) == both
    assert shown(market, challenge, market.outsider) == both
    assert told(market) == [(both[0], both[1]), (both[1], both[0])]


def test_each_side_reviews_once(market: Market) -> None:
    challenge = market.completed()
    write(market, challenge, market.solver)
    with pytest.raises(AlreadyReviewed):
        write(market, challenge, market.solver, rating=1)
    write(market, challenge, market.challenger)
    with pytest.raises(AlreadyReviewed):
        write(market, challenge, market.challenger)
    assert len(told(market)) == 2


def test_only_the_parties_review_and_only_what_is_completed(market: Market) -> None:
    with pytest.raises(NotParty):
        write(market, market.completed(), market.outsider)
    with pytest.raises(ReviewTooEarly):
        write(market, market.funded(), market.solver)
    private = market.completed(visibility=Visibility.PRIVATE, invited_user_ids=(market.solver.user_id,))
    with pytest.raises(ChallengeNotFound):
        write(market, private, market.outsider)
    with pytest.raises(ChallengeNotFound):
        shown(market, private, market.outsider)


def test_a_lonely_review_is_published_when_the_window_closes(market: Market) -> None:
    challenge = market.completed()
    write(market, challenge, market.solver)
    market.clock.advance(REVIEW_WINDOW - timedelta(milliseconds=1))
    market.can.publish_due_reviews()
    assert shown(market, challenge, None) == []
    market.clock.advance(timedelta(milliseconds=1))
    market.can.publish_due_reviews()
    market.can.publish_due_reviews()
    assert shown(market, challenge, None) == [market.solver.user_id]
    assert told(market) == [(market.solver.user_id, market.challenger.user_id)]


def test_after_the_window_nobody_reviews(market: Market) -> None:
    challenge = market.completed()
    market.clock.advance(REVIEW_WINDOW)
    with pytest.raises(ReviewWindowClosed):
        write(market, challenge, market.challenger)


def test_the_timer_leaves_published_reviews_alone(market: Market) -> None:
    challenge = market.completed()
    write(market, challenge, market.solver)
    write(market, challenge, market.challenger)
    market.clock.advance(REVIEW_WINDOW)
    before = market.can.list_reviews(ListReviews(challenge_id=challenge.id), None)
    market.can.publish_due_reviews()
    assert market.can.list_reviews(ListReviews(challenge_id=challenge.id), None) == before
    assert len(told(market)) == 2


def test_pages_of_reviews(market: Market) -> None:
    challenge = market.completed()
    write(market, challenge, market.solver)
    market.clock.advance(timedelta(seconds=1))
    write(market, challenge, market.challenger)
    page = market.can.list_reviews(ListReviews(challenge_id=challenge.id, limit=1), None)
    rest = market.can.list_reviews(ListReviews(challenge_id=challenge.id, cursor=page.next_cursor), None)
    assert [review.author_id for review in (*page.items, *rest.items)] == [market.solver.user_id, market.challenger.user_id]
    assert rest.next_cursor is None


def test_of_somebody_who_has_left_the_rating_alone_is_kept(market: Market) -> None:
    challenge = market.completed()
    market.database.erased_people.add(market.solver.user_id)
    review = write(market, challenge, market.challenger, rating=2)
    assert (review.rating, review.text) == (2, ERASED)
    assert [(each.rating, each.text) for each in market.database.reviews.rows.values()] == [(2, ERASED)]
    assert write(market, market.completed(), market.solver).text != ERASED
