"""Applying to a challenge, and who sees the application."""

from datetime import timedelta

import pytest
from challenges_market import ENTITLED_PENDING, FIXED, MAX_PENDING, RANGE, TWO_STEPS, Market, euros, new_application, person

from challenges.domain.errors import (
    AlreadyApplied,
    ApplicationNotFound,
    BudgetCurrency,
    BudgetOutOfBounds,
    ChallengeClosed,
    ChallengeNotFound,
    ClaimLimitReached,
    EmailNotVerified,
    OwnChallenge,
    SolverRoleRequired,
)
from chassis.ids import new_id
from contracts.challenges.commands import CancelChallenge, WithdrawApplication
from contracts.challenges.events import ApplicationSubmitted
from contracts.challenges.queries import GetApplication, ListApplications
from contracts.challenges.terms import ApplicationStatus, CancelReason, Reward, Visibility
from contracts.identity.roles import Role
from contracts.money import Price
from contracts.payments.entitlements import APPLICATIONS_MORE


def test_an_application_is_recorded_counted_and_told(market: Market) -> None:
    challenge = market.open()
    application = market.can.submit_application(new_application(challenge.id), market.solver)
    assert application.status is ApplicationStatus.PENDING
    assert (application.challenge_title, application.applicant_id) == (challenge.title, market.solver.user_id)
    assert market.seen(challenge.id).applications_count == 1
    told = market.database.events[-1]
    assert isinstance(told, ApplicationSubmitted)
    assert (told.subject, told.application_id, told.challenger_id) == (challenge.id, application.id, market.challenger.user_id)


def test_one_person_applies_once_even_after_withdrawing(market: Market) -> None:
    challenge = market.open()
    application = market.applied(challenge)
    with pytest.raises(AlreadyApplied) as refusal:
        market.applied(challenge)
    assert refusal.value.code == "challenges.application.already_applied"
    market.can.withdraw_application(WithdrawApplication(application_id=application.id), market.solver)
    with pytest.raises(AlreadyApplied):
        market.applied(challenge)
    assert market.seen(challenge.id).applications_count == 1


def test_an_application_at_or_after_the_deadline_is_refused(market: Market) -> None:
    challenge = market.open()
    market.clock.advance(timedelta(days=30) - timedelta(milliseconds=1))
    market.applied(challenge)
    market.clock.advance(timedelta(milliseconds=1))
    with pytest.raises(ChallengeClosed):
        market.applied(challenge, by=market.rival)


def test_a_challenge_that_is_not_open_takes_no_applications(market: Market) -> None:
    cancelled = market.open()
    market.can.cancel_challenge(CancelChallenge(challenge_id=cancelled.id, reason=CancelReason.OTHER), market.challenger)
    for challenge in (market.in_progress(), market.completed(), cancelled):
        with pytest.raises(ChallengeClosed) as refusal:
            market.applied(challenge, by=market.rival)
        assert refusal.value.code == "challenges.challenge.closed"


def test_what_one_cannot_see_one_cannot_apply_to(market: Market) -> None:
    private = market.open(visibility=Visibility.PRIVATE, invited_user_ids=(market.solver.user_id,))
    for challenge_id in (private.id, market.draft().id, new_id("challenge")):
        with pytest.raises(ChallengeNotFound):
            market.can.submit_application(new_application(challenge_id), market.rival)
    assert market.applied(private).challenge_id == private.id


def test_only_a_solver_with_a_verified_address_applies(market: Market) -> None:
    challenge = market.open()
    with pytest.raises(SolverRoleRequired):
        market.applied(challenge, by=person(Role.CHALLENGER))
    with pytest.raises(EmailNotVerified):
        market.applied(challenge, by=person(Role.SOLVER, email_verified=False))


def test_nobody_applies_to_a_challenge_of_their_own(market: Market) -> None:
    market.challenger = person(Role.CHALLENGER, Role.SOLVER)
    with pytest.raises(OwnChallenge):
        market.applied(market.open(), by=market.challenger)


@pytest.mark.parametrize("reward", [FIXED, RANGE, TWO_STEPS])
def test_the_budget_is_in_the_rewards_currency(market: Market, reward: Reward) -> None:
    with pytest.raises(BudgetCurrency) as refusal:
        market.applied(market.open(reward=reward), budget=Price(amount_minor=50_000, currency="USD"))
    assert refusal.value.fields[0].pointer == "/budget/currency"


@pytest.mark.parametrize(
    ("reward", "fits", "too_much_or_little"),
    [
        (FIXED, [1, 50_000], [50_001]),
        (RANGE, [20_000, 80_000], [19_999, 80_001]),
        (TWO_STEPS, [1, 100_000, 200_000], []),
    ],
)
def test_the_budget_fits_the_reward(market: Market, reward: Reward, fits: list[int], too_much_or_little: list[int]) -> None:
    for amount in fits:
        assert market.applied(market.open(reward=reward), by=person(Role.SOLVER), budget=euros(amount)).budget == euros(amount)
    for amount in too_much_or_little:
        with pytest.raises(BudgetOutOfBounds) as refusal:
            market.applied(market.open(reward=reward), by=person(Role.SOLVER), budget=euros(amount))
        assert refusal.value.fields[0].pointer == "/budget/amount_minor"


def test_a_person_has_a_limited_number_of_pending_applications(market: Market) -> None:
    pending = [market.applied(market.open()) for _ in range(MAX_PENDING)]
    another = market.open()
    with pytest.raises(ClaimLimitReached):
        market.applied(another)
    assert market.seen(another.id).applications_count == 0
    market.can.withdraw_application(WithdrawApplication(application_id=pending[0].id), market.solver)
    assert market.applied(another).status is ApplicationStatus.PENDING


def test_a_plan_may_entitle_to_more_and_who_lacks_it_is_told_its_name(market: Market) -> None:
    for _ in range(MAX_PENDING):
        market.applied(market.open())
    with pytest.raises(ClaimLimitReached) as refused:
        market.applied(market.open())
    assert "applications.more" in refused.value.message
    market.entitled.add((market.solver.user_id, APPLICATIONS_MORE))
    for _ in range(ENTITLED_PENDING - MAX_PENDING):
        market.applied(market.open())
    with pytest.raises(ClaimLimitReached) as refused:
        market.applied(market.open())
    assert (str(ENTITLED_PENDING) in refused.value.message, "applications.more" in refused.value.message) == (True, False)
    market.entitled.clear()  # it ended: what waits goes on waiting
    with pytest.raises(ClaimLimitReached):
        market.applied(market.open())


def test_an_application_is_for_its_applicant_and_the_challenger(market: Market) -> None:
    application = market.applied(market.open())
    query = GetApplication(application_id=application.id)
    assert market.can.get_application(query, market.solver) == application
    assert market.can.get_application(query, market.challenger) == application
    for outsider in (market.rival, market.outsider):
        with pytest.raises(ApplicationNotFound):
            market.can.get_application(query, outsider)


def test_the_challenger_lists_all_and_an_applicant_their_own(market: Market) -> None:
    challenge = market.open()
    first = market.applied(challenge)
    market.clock.advance(timedelta(seconds=1))
    second = market.applied(challenge, by=market.rival)
    page = market.can.list_applications(ListApplications(challenge_id=challenge.id, limit=1), market.challenger)
    assert page.items == (first,)
    rest = market.can.list_applications(ListApplications(challenge_id=challenge.id, cursor=page.next_cursor), market.challenger)
    assert (rest.items, rest.next_cursor) == ((second,), None)
    assert market.can.list_applications(ListApplications(challenge_id=challenge.id), market.rival).items == (second,)
    assert market.can.list_applications(ListApplications(challenge_id=challenge.id), market.outsider).items == ()


def test_the_applications_of_a_private_challenge_do_not_exist_for_outsiders(market: Market) -> None:
    challenge = market.open(visibility=Visibility.PRIVATE)
    with pytest.raises(ChallengeNotFound):
        market.can.list_applications(ListApplications(challenge_id=challenge.id), market.outsider)


def test_nobody_applies_to_somebody_who_is_kept_out(market: Market) -> None:
    challenge = market.open()
    market.kept_out.add(market.challenger.user_id)
    with pytest.raises(ChallengeClosed):
        market.applied(challenge)
    assert market.seen(challenge.id).applications_count == 0
    market.kept_out.clear()
    market.applied(challenge)
