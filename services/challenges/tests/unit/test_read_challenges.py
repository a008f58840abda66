"""Who sees which challenge, and the lists."""

from datetime import timedelta

import pytest
from challenges_market import FIXED, RANGE, START, TWO_STEPS, Market, euros, person

from challenges.domain.errors import ChallengeNotFound, CurrencyRequired, ListsExclusive, LoginRequired
from chassis.ids import new_id
from chassis.paging import InvalidCursor
from chassis.principal import Principal
from contracts.challenges.commands import CancelChallenge, EditChallenge
from contracts.challenges.queries import ChallengeSort, GetChallenge, ListChallenges
from contracts.challenges.terms import CancelReason, Category, Difficulty, FixedReward, Reward, Visibility
from contracts.challenges.views import ChallengeView
from contracts.identity.roles import Role
from contracts.money import Price


def sees(market: Market, challenge_id: str, viewer: Principal | None) -> bool:
    try:
        market.can.get_challenge(GetChallenge(challenge_id=challenge_id), viewer)
    except ChallengeNotFound:
        return False
    return True


def listed(market: Market, viewer: Principal | None = None, **query: object) -> list[str]:
    page = market.can.list_challenges(ListChallenges.model_validate(query), viewer)
    return [challenge.id for challenge in page.items]


def test_everybody_sees_a_public_challenge_in_every_state_but_draft(market: Market) -> None:
    cancelled = market.open()
    market.can.cancel_challenge(CancelChallenge(challenge_id=cancelled.id, reason=CancelReason.MISTAKE), market.challenger)
    for challenge in (market.open(), market.in_progress(), market.completed(), cancelled):
        assert sees(market, challenge.id, None)
        assert sees(market, challenge.id, market.outsider)


def test_a_draft_is_its_owners_alone(market: Market) -> None:
    draft = market.draft(invited_user_ids=(market.solver.user_id,))
    assert sees(market, draft.id, market.challenger)
    assert not sees(market, draft.id, market.solver)
    assert not sees(market, draft.id, None)


def test_a_private_challenge_is_for_owner_invited_and_accepted_solver(market: Market) -> None:
    challenge = market.in_progress(visibility=Visibility.PRIVATE, invited_user_ids=(market.solver.user_id, market.rival.user_id))
    assert sees(market, challenge.id, market.challenger)
    assert sees(market, challenge.id, market.solver)
    assert sees(market, challenge.id, market.rival)
    assert not sees(market, challenge.id, market.outsider)
    assert not sees(market, challenge.id, None)


def test_what_does_not_exist_is_not_found(market: Market) -> None:
    assert not sees(market, new_id("challenge"), market.challenger)


def test_the_invited_are_the_owners_business(market: Market) -> None:
    challenge = market.open(invited_user_ids=(market.rival.user_id,))
    query = GetChallenge(challenge_id=challenge.id)
    assert market.can.get_challenge(query, market.challenger).invited_user_ids == (market.rival.user_id,)
    assert market.can.get_challenge(query, market.rival).invited_user_ids == ()


def both_ways(market: Market, challenge_id: str, viewer: Principal | None) -> list[ChallengeView]:
    """As this reader gets it by itself, and in the list."""
    page = market.can.list_challenges(ListChallenges.model_validate({"status": "in_progress"}), viewer)
    [in_list] = [each for each in page.items if each.id == challenge_id]
    return [market.can.get_challenge(GetChallenge(challenge_id=challenge_id), viewer), in_list]


@pytest.mark.parametrize("reward", [FIXED, RANGE])
def test_the_accepted_offer_is_the_two_parties_business(market: Market, reward: Reward) -> None:
    challenge = market.in_progress(reward=reward)
    accepted_id = market.seen(challenge.id).accepted_application_id
    assert accepted_id is not None
    for viewer in (market.challenger, market.solver, person(Role.SUPPORT), person(Role.SOLVER, Role.FINANCE)):
        for view in both_ways(market, challenge.id, viewer):
            assert (view.accepted_application_id, view.milestones) == (accepted_id, challenge.milestones)
    for stranger in (None, market.outsider, market.rival):
        for view in both_ways(market, challenge.id, stranger):
            assert (view.accepted_application_id, view.milestones) == (None, ())
            assert view.solver_id == market.solver.user_id


def test_steps_that_were_offered_to_everybody_stay_everybodys(market: Market) -> None:
    challenge = market.in_progress(reward=TWO_STEPS)
    for view in both_ways(market, challenge.id, None):
        assert (view.accepted_application_id, view.milestones) == (None, challenge.milestones)


def test_the_market_lists_open_public_challenges_newest_first(market: Market) -> None:
    older = market.open()
    market.clock.advance(timedelta(minutes=1))
    newer = market.open()
    market.draft()
    market.open(visibility=Visibility.PRIVATE)
    market.in_progress()
    assert listed(market) == [newer.id, older.id]


def test_other_states_are_listed_when_asked_for_but_never_drafts(market: Market) -> None:
    market.draft()
    started = market.in_progress()
    assert listed(market, status="in_progress") == [started.id]
    assert listed(market, status="draft") == []
    assert listed(market, market.challenger, status="draft") == []


def test_mine_are_those_one_posted_or_works_on(market: Market) -> None:
    draft = market.draft()
    market.clock.advance(timedelta(minutes=1))
    started = market.in_progress()
    assert listed(market, market.challenger, mine=True) == [started.id, draft.id]
    assert listed(market, market.challenger, mine=True, status="draft") == [draft.id]
    assert listed(market, market.solver, mine=True) == [started.id]
    assert listed(market, market.outsider, mine=True) == []
    with pytest.raises(LoginRequired):
        listed(market, None, mine=True)


def test_filters(market: Market) -> None:
    fixed = market.open(reward=FIXED, category=Category.DESIGN)
    ranged = market.open(reward=RANGE, difficulty=Difficulty.EXPERT)
    steps = market.open(reward=TWO_STEPS, deadline=START + timedelta(days=2))
    dollars = market.open(reward=FixedReward(amount=Price(amount_minor=60_000, currency="USD")))
    everything = {fixed.id, ranged.id, steps.id, dollars.id}
    assert set(listed(market)) == everything
    assert listed(market, category="design") == [fixed.id]
    assert listed(market, difficulty="expert") == [ranged.id]
    assert listed(market, deadline_before=START + timedelta(days=3)) == [steps.id]
    assert set(listed(market, currency="EUR")) == everything - {dollars.id}
    assert set(listed(market, currency="EUR", min_reward=70_000)) == {ranged.id, steps.id}
    assert set(listed(market, currency="EUR", max_reward=30_000)) == {ranged.id}
    assert set(listed(market, currency="EUR", min_reward=50_000, max_reward=50_000)) == {fixed.id, ranged.id}


@pytest.mark.parametrize("query", [{"min_reward": 1}, {"max_reward": 1}])
def test_an_amount_needs_its_currency(market: Market, query: dict[str, int]) -> None:
    with pytest.raises(CurrencyRequired) as refusal:
        listed(market, None, **query)
    assert refusal.value.fields[0].pointer == "/currency"


def test_sorts(market: Market) -> None:
    small = market.open(reward=FixedReward(amount=euros(10)), deadline=START + timedelta(days=3))
    large = market.open(reward=FixedReward(amount=euros(30)), deadline=START + timedelta(days=1))
    dollars = market.open(reward=FixedReward(amount=Price(amount_minor=20, currency="USD")), deadline=START + timedelta(days=2))
    assert listed(market, sort="deadline") == [large.id, dollars.id, small.id]
    assert listed(market, sort="reward") == [large.id, small.id, dollars.id]


@pytest.mark.parametrize("sort", list(ChallengeSort))
def test_pages_hold_everything_once(market: Market, sort: ChallengeSort) -> None:
    all_ids = {market.open().id for _ in range(7)}
    seen: list[str] = []
    cursor = None
    while True:
        page = market.can.list_challenges(ListChallenges(sort=sort, limit=3, cursor=cursor), None)
        seen += [challenge.id for challenge in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert len(seen) == 7
    assert set(seen) == all_ids


@pytest.mark.parametrize("sort", list(ChallengeSort))
def test_what_takes_no_applications_any_more_is_in_no_list_but_its_owners(market: Market, sort: ChallengeSort) -> None:
    soon, later = market.open(deadline=START + timedelta(days=1)), market.open(deadline=START + timedelta(days=2))
    market.clock.advance(timedelta(days=1) - timedelta(milliseconds=1))
    assert set(listed(market, sort=sort)) == {soon.id, later.id}
    market.clock.advance(timedelta(milliseconds=1))
    assert listed(market, sort=sort) == [later.id]
    assert listed(market, sort=sort, status="open") == [later.id]
    assert listed(market, sort=sort, deadline_before=START + timedelta(days=2)) == []
    assert set(listed(market, market.challenger, sort=sort, mine=True)) == {soon.id, later.id}


def test_the_end_of_the_time_for_applications_hides_nothing_that_has_begun(market: Market) -> None:
    started, done = market.in_progress(), market.completed()
    market.clock.advance(timedelta(days=31))
    assert listed(market, status="in_progress") == [started.id]
    assert listed(market, status="completed") == [done.id]


def private(market: Market, *invited: Principal, **content: object) -> ChallengeView:
    return market.open(visibility=Visibility.PRIVATE, invited_user_ids=tuple(each.user_id for each in invited), **content)


@pytest.mark.parametrize("sort", list(ChallengeSort))
def test_whoever_is_invited_finds_it_and_nobody_else(market: Market, sort: ChallengeSort) -> None:
    challenge = private(market, market.solver, market.rival)
    market.open(invited_user_ids=(market.solver.user_id,))  # public: on the market
    market.draft(visibility=Visibility.PRIVATE, invited_user_ids=(market.solver.user_id,))
    assert listed(market, market.solver, invited=True, sort=sort) == [challenge.id]
    assert listed(market, market.rival, invited=True, sort=sort) == [challenge.id]
    for other in (market.outsider, market.challenger):
        assert listed(market, other, invited=True, sort=sort) == []
    with pytest.raises(LoginRequired):
        listed(market, None, invited=True)


def test_the_list_of_invitations_shows_nobody_else_that_is_invited(market: Market) -> None:
    private(market, market.solver, market.rival)
    (seen,) = market.can.list_challenges(ListChallenges(invited=True), market.solver).items
    assert seen.invited_user_ids == ()


def test_who_is_invited_no_more_finds_it_no_more(market: Market) -> None:
    challenge = private(market, market.solver, market.rival)
    edit = EditChallenge(challenge_id=challenge.id, invited_user_ids=(market.rival.user_id,))
    market.can.edit_challenge(edit, market.challenger)
    assert listed(market, market.solver, invited=True) == []
    assert listed(market, market.rival, invited=True) == [challenge.id]


def test_one_is_invited_to_what_still_takes_applications(market: Market) -> None:
    soon = private(market, market.solver, deadline=START + timedelta(days=1))
    taken, later = private(market, market.solver), private(market, market.solver)
    market.accept(market.applied(taken))
    assert set(listed(market, market.solver, invited=True)) == {soon.id, later.id}
    market.clock.advance(timedelta(days=1))
    assert listed(market, market.solver, invited=True) == [later.id]
    assert listed(market, market.solver, invited=True, status="open") == [later.id]
    assert listed(market, market.solver, invited=True, status="in_progress") == []
    assert listed(market, market.solver, invited=True, category="writing") == []
    market.kept_out.add(market.challenger.user_id)
    assert listed(market, market.solver, invited=True) == []


def test_ones_own_and_those_one_is_invited_to_are_two_lists(market: Market) -> None:
    with pytest.raises(ListsExclusive) as refusal:
        listed(market, market.solver, mine=True, invited=True)
    assert [field.pointer for field in refusal.value.fields] == ["/invited"]


def test_a_cursor_of_another_list_is_refused(market: Market) -> None:
    for _ in range(2):
        market.open()
    page = market.can.list_challenges(ListChallenges(limit=1), None)
    with pytest.raises(InvalidCursor):
        market.can.list_challenges(ListChallenges(limit=1, cursor=page.next_cursor, sort=ChallengeSort.REWARD), None)


def test_open_challenges_of_people_who_are_kept_out_are_in_no_list_but_their_own(market: Market) -> None:
    done, open_ = market.completed(), market.open()
    market.kept_out.add(market.challenger.user_id)
    assert listed(market) == []
    assert listed(market, status="completed") == [done.id], "it is the solver's record too"
    assert set(listed(market, market.challenger, mine=True)) == {done.id, open_.id}
    market.kept_out.clear()
    assert listed(market) == [open_.id]


def test_pages_are_full_although_many_in_a_row_are_left_out(market: Market) -> None:
    owner, spammer = market.challenger, person(Role.CHALLENGER)
    expected = []
    for poster in (owner, spammer, spammer, spammer, owner, spammer, owner):
        market.challenger = poster
        challenge = market.open()
        expected += [challenge.id] if poster is owner else []
        market.clock.advance(timedelta(minutes=1))
    market.kept_out.add(spammer.user_id)
    first = market.can.list_challenges(ListChallenges(limit=2), None)
    rest = market.can.list_challenges(ListChallenges(limit=2, cursor=first.next_cursor), None)
    assert [[challenge.id for challenge in page.items] for page in (first, rest)] == [[expected[2], expected[1]], [expected[0]]]
    assert rest.next_cursor is None
