"""The copy of their data that people take with them shows nothing that the other side may not see yet."""

from __future__ import annotations

import challenges_samples as samples
from challenges_market import START

from challenges.adapters.personal_data import personal_data
from challenges.adapters.unit_of_work import ChallengesUnitOfWork
from chassis.ids import new_id
from chassis.mongo import Store
from chassis.privacy.keeping import ERASED

ADA, BOB = new_id("user"), new_id("user")


def refuse(_id: str, _user_id: str) -> None:
    raise AssertionError("nothing is open")


def test_a_review_is_its_authors_until_both_sides_have_written(store: Store) -> None:
    keeper = personal_data(store.database, refuse, refuse)
    review = samples.review(author_id=ADA, subject_id=BOB)
    with ChallengesUnitOfWork(store) as work:
        work.reviews.add(review)
    assert [record.id for record in keeper.export(ADA, None).items] == [review.id]
    assert keeper.export(BOB, None).items == ()
    with ChallengesUnitOfWork(store) as work:
        work.reviews.save(review.publish(START))
    for person in (ADA, BOB):
        [record] = keeper.export(person, None).items
        assert (record.id, record.data["rating"]) == (review.id, review.rating)


def test_what_was_written_about_somebody_and_not_shown_yet_is_erased_with_them(store: Store) -> None:
    with ChallengesUnitOfWork(store) as work:
        work.reviews.add(samples.review(author_id=ADA, subject_id=BOB))
    personal_data(store.database, refuse, refuse).erase(BOB)
    [row] = store.database.reviews.find({})
    assert row["text"] == ERASED
