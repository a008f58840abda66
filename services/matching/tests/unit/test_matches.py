"""Matches and their reasons."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matching_fakes import NOW, challenge, challenge_view, person, profile, published, solver

from chassis.ids import new_id
from contracts.challenges.terms import ChallengeStatus, Difficulty
from contracts.identity.roles import Role
from contracts.matching.queries import MatchChallenges, MatchSolvers
from matching.domain.errors import ChallengeNotFound
from matching.domain.scoring import fit


def test_matches_are_for_the_challenger_alone(world):
    view = challenge_view()
    world.record_challenge(published(view), 1)
    query = MatchSolvers(challenge_id=view.id)
    assert world.match_solvers(query, person(view.challenger_id)).items == ()
    with pytest.raises(ChallengeNotFound):
        world.match_solvers(query, person(new_id("user")))
    with pytest.raises(ChallengeNotFound):
        world.match_solvers(MatchSolvers(challenge_id=new_id("challenge")), person(view.challenger_id))


def test_solvers_come_best_first_with_reasons(world):
    best, worse = new_id("user"), new_id("user")
    world.record_profile(profile(worse, skills=("sql",)), 1)
    world.record_profile(profile(best, skills=("Postgres", "py")), 1)
    view = challenge_view(skills=("python", "postgresql"))
    world.record_challenge(published(view), 1)
    answer = world.match_solvers(MatchSolvers(challenge_id=view.id), person(view.challenger_id))
    assert [item.user_id for item in answer.items] == [best, worse]
    assert answer.model == "fake"
    first, second = answer.items
    assert (first.matched_skills, first.missing_skills) == (("python", "postgresql"), ())
    assert (second.matched_skills, second.missing_skills) == ((), ("python", "postgresql"))
    assert {reason.feature for reason in first.reasons} == {"meaning", "skills"}
    assert first.score == pytest.approx(sum(reason.contribution for reason in first.reasons))
    assert "2 of 2 wanted skills: python, postgresql." in [reason.text for reason in first.reasons]


def test_a_solver_sees_open_challenges_of_others_with_time_left(world):
    user = new_id("user")
    world.record_profile(profile(user), 1)
    good = challenge_view()
    for view in (good, challenge_view(challenger_id=user), challenge_view(deadline=NOW - timedelta(days=1))):
        world.record_challenge(published(view), 1)
    answer = world.match_challenges(MatchChallenges(), person(user))
    assert [item.challenge.id for item in answer.items] == [good.id]


def test_a_challenge_is_open_to_applications_until_its_deadline():
    one = challenge(deadline=NOW)
    assert [one.takes_applications(at) for at in (NOW - timedelta(milliseconds=1), NOW)] == [True, False]
    assert not challenge(status=ChallengeStatus.COMPLETED).takes_applications(NOW)


@pytest.mark.parametrize("roles", [(Role.CHALLENGER,), None])
def test_whoever_does_not_solve_has_no_matches(world, roles):
    user = new_id("user")
    if roles:
        world.record_profile(profile(user, roles=roles), 1)
    world.record_challenge(published(challenge_view()), 1)
    assert world.match_challenges(MatchChallenges(), person(user)).items == ()


def test_finished_work_counts_by_its_difficulty():
    hard = challenge(difficulty=Difficulty.EXPERT)
    novice, veteran = solver().finished("c1", Difficulty.BEGINNER), solver().finished("c1", Difficulty.EXPERT)
    assert fit(hard, veteran, 0.4).score > fit(hard, novice, 0.4).score
    (level,) = [reason for reason in fit(hard, novice, 0.4).reasons if reason.feature == "level"]
    assert (level.value, level.text) == (0.0, "Has finished 1 challenge, at most beginner; this one is expert.")


@given(
    cosine=st.none() | st.floats(-1, 1),
    wanted=st.lists(st.sampled_from("abcdef"), unique=True),
    offered=st.lists(st.sampled_from("abcdef")),
    done=st.lists(st.sampled_from(Difficulty), max_size=3),
)
def test_a_score_is_a_share_and_the_sum_of_its_reasons(cosine, wanted, offered, done):
    person_ = solver(skills=tuple(offered))
    for number, difficulty in enumerate(done):
        person_ = person_.finished(f"c{number}", difficulty)
    result = fit(challenge(skills=tuple(wanted)), person_, cosine)
    assert 0 <= result.score <= 1.0001
    assert result.score == pytest.approx(sum(reason.contribution for reason in result.reasons), abs=1e-9)
    assert all(0 <= reason.value <= 1 for reason in result.reasons)
    assert sorted([*result.matched_skills, *result.missing_skills]) == sorted(wanted)
