"""Telling solvers of a new challenge."""

from matching_fakes import NOW, challenge_view, profile, published, updated

from chassis.ids import new_id
from chassis.principal import Principal
from contracts.challenges.terms import ChallengeStatus, Visibility
from contracts.identity.roles import Role
from contracts.matching.queries import MatchSolvers


def test_the_best_few_above_the_threshold_are_told(world):
    good = [new_id("user") for _ in range(3)]
    for user in good:
        world.record_profile(profile(user), 1)
    world.record_profile(profile(skills=()), 1)
    view = challenge_view()
    world.record_challenge(published(view), 1)
    assert world.told == sorted(good)[:2]
    (event, _) = world.events()
    assert (event.challenge_id, event.challenge_title) == (view.id, view.title)
    assert event.score >= 0.45


def test_nobody_is_told_twice(world):
    world.record_profile(profile(), 1)
    view = challenge_view()
    for sequence in (1, 1, 2):  # published again by a replay, or as a later event
        world.record_challenge(published(view), sequence)
    world.record_challenge(updated(view.model_copy(update={"title": "New title"})), 3)
    assert len(world.told) == 1


def test_a_poor_fit_is_not_told(world):
    world.market.cosine = 0.1
    world.record_profile(profile(skills=("cooking",)), 1)
    world.record_challenge(published(challenge_view()), 1)
    assert world.told == []


def test_those_whom_it_does_not_suit_are_never_told(world):
    owner, invited, outsider = (new_id("user") for _ in range(3))
    for user in (owner, invited, outsider):
        world.record_profile(profile(user), 1)
    world.record_profile(profile(roles=(Role.CHALLENGER,)), 1)
    view = challenge_view(challenger_id=owner, visibility=Visibility.PRIVATE, invited_user_ids=(invited,))
    world.record_challenge(published(view), 1)
    assert world.told == [invited]


def test_a_challenge_that_is_closed_by_now_is_told_to_nobody(world):
    world.record_profile(profile(), 1)
    view = challenge_view()
    world.record_challenge(updated(view.model_copy(update={"status": ChallengeStatus.CANCELLED})), 2)
    world.record_challenge(published(view), 1)
    assert world.told == []


def test_one_whose_deadline_has_passed_by_now_is_told_to_nobody(world):
    world.record_profile(profile(), 1)
    world.record_challenge(published(challenge_view(deadline=NOW)), 1)
    assert world.told == []


def test_a_plan_with_priority_is_told_beyond_the_best_few_and_takes_nobodys_place(world):
    fitting = sorted(new_id("user") for _ in range(6))
    poor = new_id("user")
    for user in fitting:
        world.record_profile(profile(user), 1)
    world.record_profile(profile(poor, skills=("cooking",)), 1)
    world.market.cosines = {poor: 0.0}
    world.entitled.to = {(user, "matching.priority") for user in (*fitting[3:], poor)}
    world.record_challenge(published(challenge_view()), 1)
    assert world.told == [*fitting[:2], *fitting[3:5]]


def test_whose_plan_says_so_is_marked_and_no_order_changes(world):
    people = sorted(new_id("user") for _ in range(3))
    for user in people:
        world.record_profile(profile(user), 1)
    view = challenge_view()
    world.record_challenge(published(view), 1)
    owner = Principal(view.challenger_id, new_id("session"), frozenset({Role.CHALLENGER}), True, token="")

    def shown() -> list[tuple[str, bool]]:
        return [(match.user_id, match.featured) for match in world.match_solvers(MatchSolvers(challenge_id=view.id), owner).items]

    assert shown() == [(user, False) for user in people]
    world.entitled.to = {(people[2], "profile.featured")}
    assert shown() == [(people[0], False), (people[1], False), (people[2], True)]
