"""The copy of their data that people take with them shows nothing that the other side may not see yet."""

from __future__ import annotations

from typing import Any

import challenges_samples as samples
from challenges_market import FIXED, START

from challenges.adapters.personal_data import personal_data
from challenges.adapters.unit_of_work import ChallengesUnitOfWork
from chassis.ids import new_id
from chassis.mongo import Store
from chassis.privacy.keeping import ERASED
from contracts.challenges.terms import ChallengeStatus

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


def titles(row: dict[str, Any]) -> set[str]:
    steps = [*row["milestones"], *row["reward"].get("milestones", [])]
    return {row["title"], *(step["title"] for step in steps)}


def test_no_title_stays_where_nobody_was_engaged(store: Store) -> None:
    gone = {"challenger_id": ADA, "status": ChallengeStatus.CANCELLED}
    in_steps, fixed = samples.challenge(**gone), samples.challenge(**gone, reward=FIXED, milestones=())
    engaged = samples.challenge(**gone, solver_id=BOB, accepted_application_id=new_id("application"))
    others = samples.challenge(challenger_id=BOB, status=ChallengeStatus.CANCELLED)
    all_of_them = (in_steps, fixed, engaged, others)
    with ChallengesUnitOfWork(store) as work:
        for challenge in all_of_them:
            work.challenges.add(challenge)
            work.applications.add(samples.application(challenge_id=challenge.id, challenger_id=challenge.challenger_id))
    keeper = personal_data(store.database, refuse, refuse)
    assert keeper.erase(ADA) == {"challenges": 5, "applications": 2}
    found = {row["_id"]: titles(row) for row in store.database.challenges.find({})}
    copies = {row["challenge_id"]: row["challenge_title"] for row in store.database.applications.find({})}
    for challenge in (in_steps, fixed):
        assert (found[challenge.id], copies[challenge.id]) == ({ERASED}, ERASED)
    for challenge in (engaged, others):
        assert (found[challenge.id], copies[challenge.id]) == ({"Predict churn", "Design", "Build"}, "Predict churn")
    with ChallengesUnitOfWork(store) as work:  # what is left is readable still
        assert work.challenges.get(in_steps.id) is not None
    assert keeper.erase(ADA) == {}
