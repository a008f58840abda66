"""One suite for the fakes and for MongoDB: what one keeps, the other keeps too."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import challenges_samples as samples
import pytest
from challenges_market import START, euros
from challenges_samples import Storage
from pymongo.client_session import ClientSession

from challenges.adapters.challenges import MongoChallenges
from challenges.adapters.unit_of_work import ChallengesUnitOfWork
from challenges.domain.challenge import Challenge
from challenges.domain.errors import AlreadyApplied, AlreadyReviewed
from challenges.usecases.lapse_challenges import LapseChallengesHandler
from challenges.usecases.ports import Begin, Filters
from chassis.documents import StaleVersion
from chassis.ids import new_id
from chassis.mongo import Store, retrying
from chassis.paging import InvalidCursor
from contracts.challenges.queries import ChallengeSort
from contracts.challenges.terms import ApplicationStatus, Category, ChallengeStatus, Difficulty, FixedReward, RangeReward, Visibility
from contracts.money import Price

NEWEST = ChallengeSort.NEWEST


def add(storage: Storage, *challenges: Challenge) -> None:
    with storage.begin() as work:
        for challenge in challenges:
            work.challenges.add(challenge)


def ids(found: tuple[list[Challenge], str | None]) -> list[str]:
    return [challenge.id for challenge in found[0]]


def test_a_challenge_comes_back_as_it_was(storage: Storage) -> None:
    kept = [samples.challenge(), samples.full_challenge(), samples.challenge(milestones=(), skills=(), tags=())]
    kept += [samples.challenge(reward=FixedReward(amount=euros(1))), samples.challenge(reward=RangeReward(min=euros(1), max=euros(2)))]
    add(storage, *kept)
    assert [storage.reads.challenges.get(each.id) for each in kept] == kept
    with storage.begin() as work:
        assert [work.challenges.get(each.id) for each in kept] == kept
    assert storage.reads.challenges.get(new_id("challenge")) is None


def test_saving_raises_the_version_and_a_stale_one_is_refused(storage: Storage) -> None:
    first = samples.challenge()
    add(storage, first)
    with storage.begin() as work:
        saved = work.challenges.save(replace(first, title="Another"))
    assert saved == replace(first, title="Another", version=2)
    assert storage.reads.challenges.get(first.id) == saved
    with pytest.raises(StaleVersion), storage.begin() as work:
        work.challenges.save(replace(first, title="Lost"))
    with pytest.raises(StaleVersion), storage.begin() as work:
        work.challenges.save(samples.challenge())
    assert storage.reads.challenges.get(first.id) == saved


def test_what_fails_leaves_nothing(storage: Storage) -> None:
    challenge, application = samples.challenge(), samples.application()

    def fail_late() -> None:
        with storage.begin() as work:
            work.challenges.add(challenge)
            work.applications.add(application)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_late()
    assert storage.reads.challenges.get(challenge.id) is None
    assert storage.reads.applications.get(application.id) is None


def test_a_removed_challenge_is_gone(storage: Storage) -> None:
    challenge = samples.challenge()
    add(storage, challenge)
    with storage.begin() as work:
        work.challenges.remove(challenge)
    assert storage.reads.challenges.get(challenge.id) is None


def test_the_public_list_holds_what_is_public_and_in_the_state(storage: Storage) -> None:
    older = samples.challenge(published_at=START)
    newer = samples.challenge(published_at=START + timedelta(seconds=1))
    private = samples.challenge(visibility=Visibility.PRIVATE)
    started = samples.challenge(status=ChallengeStatus.IN_PROGRESS)
    add(storage, older, newer, private, started)
    page = storage.reads.challenges.page_public
    assert ids(page(Filters(), NEWEST, None, 10)) == [newer.id, older.id]
    assert ids(page(Filters(status=ChallengeStatus.IN_PROGRESS), NEWEST, None, 10)) == [started.id]


def test_a_party_finds_what_it_posted_or_works_on(storage: Storage) -> None:
    me = new_id("user")
    posted = samples.challenge(challenger_id=me, status=ChallengeStatus.DRAFT, published_at=None)
    worked = samples.challenge(solver_id=me, visibility=Visibility.PRIVATE, created_at=START + timedelta(seconds=1))
    add(storage, posted, worked, samples.challenge())
    page = storage.reads.challenges.page_of_party
    assert ids(page(me, Filters(), NEWEST, None, 10)) == [worked.id, posted.id]
    assert ids(page(me, Filters(status=ChallengeStatus.DRAFT), NEWEST, None, 10)) == [posted.id]
    assert ids(page(new_id("user"), Filters(), NEWEST, None, 10)) == []


def test_the_invited_find_open_private_ones(storage: Storage) -> None:
    me, private = new_id("user"), {"visibility": Visibility.PRIVATE}
    first = samples.challenge(**private, invited_user_ids=(new_id("user"), me), published_at=START, deadline=START + timedelta(days=2))
    second = samples.challenge(**private, invited_user_ids=(me,), published_at=START + timedelta(seconds=1))
    others = samples.challenge(**private, invited_user_ids=(new_id("user"),))
    started = samples.challenge(**private, invited_user_ids=(me,), status=ChallengeStatus.IN_PROGRESS)
    public = samples.challenge(invited_user_ids=(me,))
    add(storage, first, second, others, started, public)
    page = storage.reads.challenges.page_invited
    assert ids(page(me, Filters(), NEWEST, None, 10)) == [second.id, first.id]
    assert ids(page(me, Filters(), ChallengeSort.DEADLINE, None, 10)) == [first.id, second.id]
    assert ids(page(me, Filters(deadline_after=START + timedelta(days=2)), NEWEST, None, 10)) == [second.id]
    newest, cursor = page(me, Filters(), NEWEST, None, 1)
    assert [each.id for each in newest] == [second.id]
    assert ids(page(me, Filters(), NEWEST, cursor, 1)) == [first.id]
    assert ids(page(new_id("user"), Filters(), NEWEST, None, 10)) == []


def test_those_nobody_was_chosen_for_are_found_the_longest_past_first(storage: Storage) -> None:
    late, early = (samples.challenge(deadline=START + timedelta(days=day)) for day in (2, 1))
    private = samples.challenge(deadline=START + timedelta(days=3), visibility=Visibility.PRIVATE)
    over = [samples.challenge(deadline=START, status=each) for each in ChallengeStatus if each is not ChallengeStatus.OPEN]
    add(storage, late, early, private, *over)
    undecided = storage.reads.challenges.undecided
    assert undecided(START + timedelta(days=1) - timedelta(milliseconds=1), 10) == []
    assert undecided(START + timedelta(days=1), 10) == [early.id]
    assert undecided(START + timedelta(days=3), 10) == [early.id, late.id, private.id]
    assert undecided(START + timedelta(days=3), 2) == [early.id, late.id]


@pytest.mark.parametrize("first", ["the clock elsewhere", "the challenger"])
def test_of_the_clock_and_another_at_the_same_moment_one_ends_it(store: Store, first: str) -> None:
    """The other one commits between this one's reading and its writing."""
    challenge = samples.challenge(deadline=START)
    application = samples.application(challenge_id=challenge.id, challenger_id=challenge.challenger_id)
    with ChallengesUnitOfWork(store) as work:
        work.challenges.add(challenge)
        work.applications.add(application)
    met: list[str] = []

    def lapse(unit_of_work: Begin) -> LapseChallengesHandler:
        window = timedelta(days=30)
        return LapseChallengesHandler(unit_of_work, MongoChallenges(), retrying, lambda: START + window, window)

    def accept() -> None:
        with ChallengesUnitOfWork(store) as work:
            work.applications.save(application.accept(START))
            started = challenge.accept(application.id, application.applicant_id, application.budget, at=START, new_id=new_id)
            work.challenges.save(started)

    class Slow(ChallengesUnitOfWork):
        def open(self, session: ClientSession) -> None:
            super().open(session)
            self.challenges.get(challenge.id)  # the transaction sees the state of now
            if not met:
                met.append(first)
                accept() if first == "the challenger" else lapse(lambda: ChallengesUnitOfWork(store))()

    lapse(lambda: Slow(store))()
    assert met == [first]
    told = [row["type"] for row in store.database.outbox.find({})]
    once = ["challenges.application_rejected.v1", "challenges.challenge_cancelled.v1", "challenges.challenge_updated.v1"]
    assert sorted(told) == ([] if first == "the challenger" else once)
    kept = MongoChallenges().get(challenge.id)
    assert kept is not None
    assert kept.status is (ChallengeStatus.IN_PROGRESS if first == "the challenger" else ChallengeStatus.CANCELLED)


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (Filters(), {"fixed", "range", "steps", "dollars"}),
        (Filters(category=Category.DESIGN), {"fixed"}),
        (Filters(difficulty=Difficulty.EXPERT), {"range"}),
        (Filters(deadline_before=START + timedelta(days=3)), {"steps"}),
        (Filters(deadline_after=START + timedelta(days=2)), {"fixed", "range", "dollars"}),
        (Filters(deadline_after=START + timedelta(days=1), deadline_before=START + timedelta(days=3)), {"steps"}),
        (Filters(currency="USD"), {"dollars"}),
        (Filters(currency="EUR", min_reward=70_000), {"range", "steps"}),
        (Filters(currency="EUR", max_reward=30_000), {"range"}),
        (Filters(currency="EUR", min_reward=50_000, max_reward=50_000), {"fixed", "range"}),
    ],
)
def test_filters(storage: Storage, filters: Filters, found: set[str]) -> None:
    listed = {
        "fixed": samples.challenge(reward=FixedReward(amount=euros(50_000)), category=Category.DESIGN),
        "range": samples.challenge(reward=RangeReward(min=euros(20_000), max=euros(80_000)), difficulty=Difficulty.EXPERT),
        "steps": samples.challenge(deadline=START + timedelta(days=2)),
        "dollars": samples.challenge(reward=FixedReward(amount=Price(amount_minor=60_000, currency="USD"))),
    }
    add(storage, *listed.values())
    by_id = {challenge.id: name for name, challenge in listed.items()}
    assert {by_id[each] for each in ids(storage.reads.challenges.page_public(filters, NEWEST, None, 10))} == found


@pytest.mark.parametrize("sort", ChallengeSort)
def test_pages_go_through_everything_in_order(storage: Storage, sort: ChallengeSort) -> None:
    for number in range(7):  # two each are equal in all that is sorted by
        step = number // 2
        reward = FixedReward(amount=Price(amount_minor=100 + step, currency="USD" if number > 3 else "EUR"))
        moment = START + timedelta(days=step)
        add(storage, samples.challenge(reward=reward, deadline=moment, published_at=moment, created_at=moment))
    page = storage.reads.challenges.page_public
    whole = ids(page(Filters(), sort, None, 100))
    seen, cursor = [], None
    while True:
        part, cursor = page(Filters(), sort, cursor, 2)
        seen += [challenge.id for challenge in part]
        if cursor is None:
            break
    assert len(whole) == 7
    assert seen == whole


def test_the_order_of_each_sort(storage: Storage) -> None:
    def dated(days: int, amount: int, currency: str) -> Challenge:
        reward = FixedReward(amount=Price(amount_minor=amount, currency=currency))
        return samples.challenge(reward=reward, deadline=START + timedelta(days=days), published_at=START - timedelta(days=days))

    soon, later, last = dated(1, 10, "EUR"), dated(2, 30, "EUR"), dated(3, 20, "USD")
    add(storage, later, last, soon)
    page = storage.reads.challenges.page_public
    assert ids(page(Filters(), ChallengeSort.DEADLINE, None, 10)) == [soon.id, later.id, last.id]
    assert ids(page(Filters(), ChallengeSort.REWARD, None, 10)) == [later.id, soon.id, last.id]
    assert ids(page(Filters(), NEWEST, None, 10)) == [soon.id, later.id, last.id]


def test_a_cursor_fits_its_own_list_alone(storage: Storage) -> None:
    add(storage, samples.challenge(), samples.challenge())
    _, cursor = storage.reads.challenges.page_public(Filters(), NEWEST, None, 1)
    with pytest.raises(InvalidCursor):
        storage.reads.challenges.page_public(Filters(), ChallengeSort.REWARD, cursor, 1)
    with pytest.raises(InvalidCursor):
        storage.reads.challenges.page_public(Filters(), NEWEST, "broken", 1)


def test_applications_come_back_and_one_person_applies_once(storage: Storage) -> None:
    first, second = samples.application(), samples.full_application()
    with storage.begin() as work:
        work.applications.add(first)
        work.applications.add(second)
    assert storage.reads.applications.get(first.id) == first
    assert storage.reads.applications.get(second.id) == second
    again = samples.application(challenge_id=first.challenge_id, applicant_id=first.applicant_id)
    with pytest.raises(AlreadyApplied), storage.begin() as work:
        work.applications.add(again)
    with storage.begin() as work:
        saved = work.applications.save(first.withdraw(START))
    assert storage.reads.applications.get(first.id) == saved
    with pytest.raises(StaleVersion), storage.begin() as work:
        work.applications.save(first.accept(START))


def test_pending_applications_and_a_persons_claims(storage: Storage) -> None:
    me, challenge_id = new_id("user"), new_id("challenge")
    mine = samples.application(challenge_id=challenge_id, applicant_id=me)
    elsewhere = samples.application(applicant_id=me)
    withdrawn = samples.application(applicant_id=me, status=ApplicationStatus.WITHDRAWN)
    others = samples.application(challenge_id=challenge_id)
    rejected = samples.application(challenge_id=challenge_id, status=ApplicationStatus.REJECTED)
    with storage.begin() as work:
        for application in (mine, elsewhere, withdrawn, others, rejected):
            work.applications.add(application)
        assert work.applications.claims_of(me) == 2
    with storage.begin() as work:
        assert [each.id for each in work.applications.pending_to(challenge_id)] == [mine.id, others.id]
        assert work.applications.claims_of(me) == 2
        assert work.applications.claims_of(new_id("user")) == 0


def test_pages_of_applications(storage: Storage) -> None:
    challenge_id = new_id("challenge")
    sent = [samples.application(challenge_id=challenge_id, created_at=START + timedelta(seconds=at)) for at in range(3)]
    with storage.begin() as work:
        for application in reversed(sent):
            work.applications.add(application)
        work.applications.add(samples.application())
    first, cursor = storage.reads.applications.page_to(challenge_id, None, None, 2)
    rest, end = storage.reads.applications.page_to(challenge_id, None, cursor, 2)
    assert (first, rest, end) == (sent[:2], sent[2:], None)
    assert storage.reads.applications.page_to(challenge_id, sent[1].applicant_id, None, 2) == ([sent[1]], None)


def test_submissions_come_back_in_pages(storage: Storage) -> None:
    challenge_id = new_id("challenge")
    first = samples.submission(challenge_id=challenge_id)
    second = replace(samples.full_submission(), challenge_id=challenge_id, created_at=START + timedelta(seconds=1))
    with storage.begin() as work:
        work.submissions.add(second)
        work.submissions.add(first)
        work.submissions.add(samples.submission())
    assert storage.reads.submissions.get(second.id) == second
    assert storage.reads.submissions.get(new_id("submission")) is None
    page, cursor = storage.reads.submissions.page_of(challenge_id, None, 1)
    rest, end = storage.reads.submissions.page_of(challenge_id, cursor, 1)
    assert (page, rest, end) == ([first], [second], None)
    with storage.begin() as work:
        saved = work.submissions.save(first.approve(START))
    assert storage.reads.submissions.get(first.id) == saved


def test_reviews_are_one_for_each_author_and_found_when_due(storage: Storage) -> None:
    early = samples.review()
    late = samples.review(window_closes_at=START + timedelta(days=20))
    shown = samples.review(published_at=START)
    with storage.begin() as work:
        for review in (late, early, shown):
            work.reviews.add(review)
    with pytest.raises(AlreadyReviewed), storage.begin() as work:
        work.reviews.add(samples.review(challenge_id=early.challenge_id, author_id=early.author_id))
    due = storage.reads.reviews.challenges_due
    assert due(START + timedelta(days=14) - timedelta(milliseconds=1), 10) == []
    assert due(START + timedelta(days=14), 10) == [early.challenge_id]
    assert due(START + timedelta(days=20), 10) == [early.challenge_id, late.challenge_id]
    assert due(START + timedelta(days=20), 1) == [early.challenge_id]
    with storage.begin() as work:
        saved = work.reviews.save(early.publish(START))
    assert due(START + timedelta(days=14), 10) == []
    assert storage.reads.reviews.of_challenge(early.challenge_id) == [saved]
    assert storage.reads.reviews.page_of(shown.challenge_id, None, 10) == ([shown], None)


def test_the_migration_makes_the_indexes_and_may_run_again(store: Store) -> None:
    from challenges.migrations import m0001_initial, m0003_deadlines_and_invitations

    m0001_initial.migrate(store.database)
    m0003_deadlines_and_invitations.migrate(store.database)
    made = {
        name
        for collection in ("challenges", "applications", "submissions", "reviews")
        for name in store.database[collection].index_information()
    }
    assert made >= {"listed_newest", "listed_reward", "listed_deadline", "of_party", "one_per_person", "to_challenge", "claims"}
    assert made >= {"undecided", "invited_newest"}
    assert made >= {"pending_to_challenge", "one_per_attempt", "of_challenge", "one_per_author", "hidden"}
