"""Who is suspended or banned is in no match."""

import itertools
from datetime import timedelta

import pytest
from matching_fakes import NOW, FakeUnitOfWork, challenge_view, person, profile, published, registered, solver, standing

from chassis.ids import new_id
from contracts.identity.standing import AccountStatus
from contracts.matching.queries import MatchChallenges, MatchSolvers
from matching.adapters.kept_out import KeptOut
from matching.domain.standing import Standing

LATER, EARLIER = NOW + timedelta(days=1), NOW - timedelta(days=1)
KEPT_OUT = [(AccountStatus.BANNED, None), (AccountStatus.SUSPENDED, None), (AccountStatus.SUSPENDED, LATER)]
ACTIVE = [(AccountStatus.ACTIVE, None), (AccountStatus.SUSPENDED, NOW), (AccountStatus.SUSPENDED, EARLIER)]


@pytest.mark.parametrize(("status", "until", "active"), [*((*kept, False) for kept in KEPT_OUT), *((*let, True) for let in ACTIVE)])
def test_a_suspension_ends_by_itself_and_a_ban_does_not(status, until, active):
    assert Standing(status, until, 1).active_at(NOW) is active


@pytest.mark.parametrize("order", list(itertools.permutations([1, 2, 3, 4])))
def test_whatever_the_order_the_last_word_holds(world, order):
    user = new_id("user")
    events = {
        1: (world.record_profile, registered(user)),
        2: (world.record_standing, standing(user, AccountStatus.ACTIVE)),
        3: (world.record_profile, profile(user, headline="Last")),
        4: (world.record_standing, standing(user, AccountStatus.SUSPENDED, LATER)),
    }
    for sequence in order:
        handler, event = events[sequence]
        handler(event, sequence)
    kept = world.memory.solvers[user]
    assert (kept.profile.headline, kept.solves, kept.standing) == ("Last", True, Standing(AccountStatus.SUSPENDED, LATER, 4))


def test_the_same_event_again_changes_nothing(world):
    user = new_id("user")
    for _ in range(2):
        world.record_standing(standing(user, AccountStatus.BANNED), 2)
    assert world.memory.solvers[user].version == 1


def test_somebody_whose_profile_is_under_way_fits_nothing(world):
    user = new_id("user")
    world.record_standing(standing(user, AccountStatus.ACTIVE), 2)
    view = challenge_view()
    world.record_challenge(published(view), 1)
    assert world.told == []
    assert world.match_solvers(MatchSolvers(challenge_id=view.id), person(view.challenger_id)).items == ()


@pytest.mark.parametrize(("status", "until"), KEPT_OUT)
def test_who_is_kept_out_is_told_of_nothing_and_matched_with_nothing(world, status, until):
    kept_out, other = new_id("user"), new_id("user")
    for user in (kept_out, other):
        world.record_profile(profile(user), 1)
    world.record_standing(standing(kept_out, status, until), 2)
    view = challenge_view()
    world.record_challenge(published(view), 1)
    assert world.told == [other]
    query = MatchSolvers(challenge_id=view.id)
    assert [item.user_id for item in world.match_solvers(query, person(view.challenger_id)).items] == [other]
    world.record_standing(standing(kept_out, AccountStatus.ACTIVE), 3)
    assert {item.user_id for item in world.match_solvers(query, person(view.challenger_id)).items} == {kept_out, other}


@pytest.mark.parametrize(("status", "until"), KEPT_OUT)
def test_nobody_is_told_of_the_challenge_of_somebody_who_is_kept_out(world, status, until):
    user, view = new_id("user"), challenge_view()
    world.record_profile(profile(user), 1)
    world.record_standing(standing(view.challenger_id, status, until), 2)
    world.record_challenge(published(view), 1)
    assert world.told == []
    assert world.match_challenges(MatchChallenges(), person(user)).items == ()


@pytest.mark.parametrize(("status", "until"), ACTIVE)
def test_whose_suspension_is_over_takes_part_again(world, status, until):
    user, view = new_id("user"), challenge_view()
    world.record_profile(profile(user), 1)
    for somebody in (user, view.challenger_id):
        world.record_standing(standing(somebody, status, until), 2)
    world.record_challenge(published(view), 1)
    assert world.told == [user]


def test_nothing_is_kept_of_somebody_who_was_erased(world, monkeypatch):
    user = new_id("user")
    monkeypatch.setattr(FakeUnitOfWork, "erased_people", {user})
    world.record_standing(standing(user, AccountStatus.BANNED), 2)
    assert world.memory.solvers == {}


def test_those_who_come_and_go_are_told_once_whether_by_a_fact_or_by_the_clock():
    now = [NOW]
    kept_out, one, other = KeptOut(lambda: now[0]), solver(), solver()
    suspended = one.stands(Standing(AccountStatus.SUSPENDED, LATER, 2))
    assert kept_out.look([suspended, other]) == {one.id: suspended}
    assert kept_out.look([]) == {}
    assert (one.id in kept_out, other.id in kept_out) == (True, False)
    now[0] = LATER
    assert kept_out.look([]) == {one.id: suspended}
    assert one.id not in kept_out
    banned = suspended.stands(Standing(AccountStatus.BANNED, None, 3))
    assert kept_out.look([banned]) == {one.id: banned}
    assert kept_out.look([banned]) == {}
    lifted = banned.stands(Standing(AccountStatus.ACTIVE, None, 4))
    assert kept_out.look([lifted]) == {one.id: lifted}
    assert one.id not in kept_out
