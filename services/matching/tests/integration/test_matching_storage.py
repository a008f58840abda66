"""What the fakes and MongoDB both promise, and what only the database can show: followers and the search without an index."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from matching_fakes import NOW, challenge, euros, solver

from chassis.documents import StaleVersion
from chassis.ids import new_id
from chassis.mongo import Store
from contracts.challenges.terms import Category, ChallengeStatus, Difficulty, FixedReward, Visibility
from contracts.identity.standing import AccountStatus
from matching.adapters.followed_collection import FollowedCollection
from matching.adapters.market import MemoryMarket
from matching.adapters.mongo_search import MongoSearch
from matching.adapters.search import SteadySearch
from matching.adapters.tantivy_search import TantivySearch
from matching.adapters.unit_of_work import MatchingUnitOfWork
from matching.domain.embedding import Embedding
from matching.domain.search import Criteria
from matching.domain.solver import Solver
from matching.domain.standing import Standing

EMBEDDING = Embedding.of("fake", "text", b"\x00\x00\x80?" + b"\x00" * 12)


def test_what_is_saved_comes_back(begin):
    stored = replace(challenge(visibility=Visibility.PRIVATE, invited_user_ids=(new_id("user"),)), embedding=EMBEDDING)
    person = replace(solver(), embedding=EMBEDDING).finished(stored.id, Difficulty.EXPERT)
    bare = solver(headline=None, bio=None, skills=())
    suspended = solver().stands(Standing(AccountStatus.SUSPENDED, NOW + timedelta(days=1), 2))
    unheard_of = Solver.unheard_of(new_id("user")).stands(Standing(AccountStatus.BANNED, None, 2))
    with begin() as work:
        work.challenges.save(stored)
        work.solvers.save(person)
        for somebody in (bare, suspended, unheard_of):
            work.solvers.save(somebody)
        work.matches.add(stored.id, person.id, 0.7)
    with begin() as work:
        assert work.challenges.get(stored.id) == replace(stored, version=1)
        assert work.solvers.get(person.id) == replace(person, version=1)
        for somebody in (bare, suspended, unheard_of):
            assert work.solvers.get(somebody.id) == replace(somebody, version=1)
        assert work.matches.told(stored.id) == {person.id}
        assert work.matches.told("challenge_other") == frozenset()
        assert work.challenges.get(new_id("challenge")) is None
        assert work.solvers.get(new_id("user")) is None


def test_nothing_is_overwritten_unseen(begin):
    first = challenge()
    with begin() as work:
        work.challenges.save(first)
    with begin() as work:
        work.challenges.save(replace(first, version=1, status=ChallengeStatus.CANCELLED))
    for stale in (first, replace(first, version=1)):
        with pytest.raises(StaleVersion), begin() as work:
            work.challenges.save(stale)


def test_a_pair_is_kept_once(begin):
    with begin() as work:
        work.matches.add("challenge_1", "user_1", 0.7)
    with pytest.raises(StaleVersion), begin() as work:
        work.matches.add("challenge_1", "user_1", 0.7)


def save(store, *rows):
    with MatchingUnitOfWork(store) as work:
        for row in rows:
            (work.solvers if hasattr(row, "profile") else work.challenges).save(row)


def test_a_follower_sees_each_change_once(store: Store):
    first, second = challenge(), challenge()
    save(store, first)
    followed = FollowedCollection(store.database.challenges)
    assert [row["_id"] for row in followed.changed()] == [first.id]
    assert followed.changed() == []
    save(store, second, replace(first, version=1))
    assert {(row["_id"], row["version"]) for row in followed.changed()} == {(first.id, 2), (second.id, 1)}
    assert followed.changed() == []
    followed.start_over()
    assert len(followed.changed()) == 2


def test_a_follower_misses_nothing_when_the_clock_is_set_back(store: Store):
    ahead = iter([timedelta(hours=1), timedelta()])
    followed = FollowedCollection(store.database.challenges, lambda: datetime.now(UTC) + next(ahead))
    assert followed.changed() == []
    save(store, kept := challenge())
    assert [row["_id"] for row in followed.changed()] == [kept.id]


def test_every_replica_learns_what_another_wrote(store: Store):
    index = TantivySearch(lambda: NOW)
    market = MemoryMarket(store.database, index, "fake", lambda: NOW)
    search = SteadySearch(index, MongoSearch(store.database, lambda: NOW))
    criteria = Criteria(("pipelne",))
    assert search.search(criteria, None, None, 10).total == 0  # no index yet: the database answers, and forgives nothing
    shown, person = replace(challenge(), embedding=EMBEDDING), replace(solver(), embedding=EMBEDDING)
    save(store, shown, person)
    market.refresh()
    assert [hit.challenge.id for hit in search.search(criteria, None, None, 10).hits] == [shown.id]
    assert [(found.id, cosine) for found, cosine in market.solvers_near(shown, 5)] == [(person.id, 1.0)]
    assert [found.id for found, _ in market.challenges_near(person, 5)] == [shown.id]
    assert {member.id for member in market.without_meaning(5)} == {shown.id, person.id}  # the embedding is of another text
    save(store, replace(shown, version=1, status=ChallengeStatus.CANCELLED, status_sequence=2))
    save(store, replace(person, version=1, profile=replace(person.profile, roles=frozenset())))
    market.refresh()
    assert search.search(criteria, None, None, 10).total == 0
    assert market.challenges_near(person, 5) == []
    assert market.solvers_near(shown, 5) == []
    assert market.without_meaning(5) == []


@pytest.mark.parametrize("ended_by", ["the clock", "a fact"])
def test_who_is_kept_out_goes_with_their_challenges_and_comes_back(store: Store, ended_by: str):
    now, index, until = [NOW], TantivySearch(lambda: NOW), NOW + timedelta(days=1)
    market = MemoryMarket(store.database, index, "fake", lambda: now[0])
    steady, fallback = SteadySearch(index, MongoSearch(store.database, lambda: now[0])), MongoSearch(store.database, lambda: now[0])
    one, other = replace(solver(), embedding=EMBEDDING), replace(solver(), embedding=EMBEDDING)
    theirs = replace(challenge(title="Data pipeline", challenger_id=one.id), embedding=EMBEDDING)
    closed = challenge(title="Closed pipeline", challenger_id=one.id, status=ChallengeStatus.COMPLETED)
    others = replace(challenge(title="Pipeline painting", category=Category.DESIGN, challenger_id=other.id), embedding=EMBEDDING)
    save(store, one, other, theirs, closed, others)

    def shown():
        """Whom and what matching shows, everywhere it shows them."""
        market.refresh()
        answers = [searching.search(Criteria(("pipeline",)), one.id, None, 10) for searching in (steady, fallback)]
        lists = [{hit.challenge.id for hit in answer.hits} for answer in answers]
        lists += [{found.id for found in searching.beginning_with(("pipe",), None, 10)} for searching in (steady, fallback)]
        lists.append({found.id for found, _ in market.challenges_near(solver(), 5)})
        assert all(listed == lists[0] for listed in lists)
        assert all(answer.total == len(lists[0]) == sum(count for _, count in answer.categories) for answer in answers)
        solvers = {found.id for found, _ in market.solvers_near(challenge(), 5)}
        assert {member.id for member in market.without_meaning(9)} == lists[0] | solvers
        return lists[0], solvers

    everything = {theirs.id, others.id}, {one.id, other.id}
    assert shown() == everything
    save(store, suspended := replace(one, version=1).stands(Standing(AccountStatus.SUSPENDED, until, 2)))
    assert shown() == ({others.id}, {other.id})
    save(store, replace(theirs, version=1, content=replace(theirs.content, description="Edited pipeline")))
    assert shown() == ({others.id}, {other.id})  # nor does an edit bring them back
    if ended_by == "the clock":
        now[0] = until
    else:
        save(store, replace(suspended, version=2).stands(Standing(sequence=3)))
    assert shown() == everything
    assert steady.search(Criteria(("edited",)), None, None, 10).total == 1


def test_what_takes_no_applications_any_more_is_found_and_matched_nowhere(store: Store):
    now = [NOW]
    index = TantivySearch(lambda: now[0])
    market = MemoryMarket(store.database, index, "fake", lambda: now[0])
    searches = SteadySearch(index, MongoSearch(store.database, lambda: now[0])), MongoSearch(store.database, lambda: now[0])
    soon = replace(challenge(title="Data pipeline", deadline=NOW + timedelta(days=1)), embedding=EMBEDDING)
    later = replace(challenge(title="Pipeline", category=Category.DESIGN, deadline=NOW + timedelta(days=2)), embedding=EMBEDDING)
    save(store, soon, later)
    market.refresh()

    def shown():
        lists = []
        for searching in searches:
            answer = searching.search(Criteria(("pipeline",)), None, None, 10)
            lists.append({hit.challenge.id for hit in answer.hits})
            assert answer.total == len(lists[-1]) == sum(count for _, count in answer.categories)
            lists.append({found.id for found in searching.beginning_with(("pipe",), None, 10)})
        lists.append({found.id for found, _ in market.challenges_near(solver(), 5)})
        assert all(listed == lists[0] for listed in lists)
        return lists[0]

    assert shown() == {soon.id, later.id}
    now[0] = NOW + timedelta(days=1)
    assert shown() == {later.id}
    now[0] = NOW + timedelta(days=2)
    assert shown() == set()


def test_a_replica_that_starts_knows_who_is_kept_out(store: Store):
    index, banned = TantivySearch(lambda: NOW), Solver.unheard_of(new_id("user")).stands(Standing(AccountStatus.BANNED, None, 2))
    save(store, challenge(challenger_id=banned.id), banned)
    market = MemoryMarket(store.database, index, "fake", lambda: NOW)
    market.refresh()
    assert index.search(Criteria(("pipeline",)), None, None, 10).total == 0
    save(store, challenge(challenger_id=banned.id))
    market.refresh()
    assert index.search(Criteria(("pipeline",)), banned.id, None, 10).total == 0


def test_whoever_is_set_aside_comes_back_with_another_text(store: Store):
    market = MemoryMarket(store.database, TantivySearch(lambda: NOW), "fake", lambda: NOW)
    first, second = solver(), solver()
    save(store, first, second)
    market.refresh()
    assert {member.id for member in market.without_meaning(5)} == {first.id, second.id}
    market.set_aside(first)
    market.refresh()
    assert [member.id for member in market.without_meaning(1)] == [second.id]
    save(store, replace(first, version=1, profile=replace(first.profile, display_name="Ada L.")))
    market.refresh()
    assert [member.id for member in market.without_meaning(5)] == [second.id]
    save(store, replace(first, version=2, profile=replace(first.profile, headline="Shorter")))
    market.refresh()
    assert {member.id for member in market.without_meaning(5)} == {first.id, second.id}


def test_a_failed_refresh_loses_nothing(store: Store, monkeypatch):
    index = TantivySearch(lambda: NOW)
    market = MemoryMarket(store.database, index, "fake", lambda: NOW)
    save(store, challenge())

    def fail(challenges, shows):
        raise OSError("no memory left")

    with monkeypatch.context() as patched:
        patched.setattr(index, "apply", fail)
        with pytest.raises(OSError, match="no memory left"):
            market.refresh()
    market.refresh()
    assert index.search(Criteria(("pipeline",)), None, None, 10).total == 1


def test_the_database_answers_while_there_is_no_index(store: Store):
    owner = new_id("user")
    cheap = challenge(title="Data pipeline for a shop", reward=FixedReward(amount=euros(5_000)), published_at=NOW + timedelta(hours=1))
    dear = challenge(title="Warehouse", description="A data pipeline (with C++).", category=Category.SOFTWARE, skills=("C++",))
    secret = challenge(title="Secret pipeline", visibility=Visibility.PRIVATE, challenger_id=owner)
    closed = challenge(title="Closed pipeline", status=ChallengeStatus.COMPLETED)
    save(store, cheap, dear, secret, closed)
    search = SteadySearch(TantivySearch(lambda: NOW), MongoSearch(store.database, lambda: NOW))

    def found(*words, viewer=None, **filters):
        return [hit.challenge.id for hit in search.search(Criteria(words, **filters), viewer, None, 10).hits]

    assert found("pipel") == [cheap.id, dear.id]
    assert found("pipeline") == [cheap.id, dear.id]
    assert set(found("pipeline", viewer=owner)) == {cheap.id, dear.id, secret.id}
    assert found("c++") == [dear.id]
    assert found("pipeline", ".*") == []
    assert found("pipeline", category=Category.SOFTWARE, min_reward=50_000, currency="EUR") == [dear.id]
    assert found("pipeline", max_reward=5_000, currency="EUR", deadline_before=NOW + timedelta(days=31)) == [cheap.id]
    answer = search.search(Criteria(("pipeline",)), None, None, 1)
    assert (answer.total, answer.more, answer.categories) == (2, True, (("data", 1), ("software", 1)))
    rest = search.search(Criteria(("pipeline",)), None, answer.hits[-1].keys(Criteria(()).sort), 10)
    assert [hit.challenge.id for hit in rest.hits] == [dear.id]
    assert [item.id for item in search.beginning_with(("ware",), None, 1)] == [cheap.id]
