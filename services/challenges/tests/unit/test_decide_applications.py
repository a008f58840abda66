"""Editing, withdrawing, rejecting and accepting applications."""

from datetime import timedelta

import pytest
from challenges_market import FIXED, RANGE, TWO_STEPS, Market, euros, person

from challenges.domain.errors import (
    ApplicantUnavailable,
    ApplicationNotFound,
    ApplicationNotPending,
    ApplicationStale,
    BudgetOutOfBounds,
    ChallengeClosed,
    FieldNotNullable,
    NotApplicant,
    NotOwner,
)
from contracts.challenges.commands import AcceptApplication, EditApplication, RejectApplication, WithdrawApplication
from contracts.challenges.events import ApplicationAccepted, ApplicationRejected, ApplicationWithdrawn, ChallengeUpdated
from contracts.challenges.queries import GetApplication
from contracts.challenges.terms import ApplicationStatus, ChallengeStatus, MilestoneStatus, RejectReason, Reward
from contracts.identity.roles import Role


def test_a_pending_application_changes_where_mentioned(market: Market) -> None:
    application = market.applied(market.open())
    market.clock.advance(timedelta(minutes=1))
    edited = market.can.edit_application(EditApplication(application_id=application.id, timeline_days=5), market.solver)
    assert edited == application.model_copy(update={"timeline_days": 5, "version": 2, "updated_at": market.clock.now()})


def test_an_edited_budget_still_fits_the_reward(market: Market) -> None:
    application = market.applied(market.open(reward=RANGE))
    with pytest.raises(BudgetOutOfBounds):
        market.can.edit_application(EditApplication(application_id=application.id, budget=euros(80_001)), market.solver)


def test_an_older_version_and_null_are_refused(market: Market) -> None:
    application = market.applied(market.open())
    with pytest.raises(ApplicationStale):
        market.can.edit_application(EditApplication(application_id=application.id, timeline_days=5, expected_version=2), market.solver)
    with pytest.raises(FieldNotNullable):
        market.can.edit_application(EditApplication(application_id=application.id, budget=None), market.solver)


def test_a_withdrawn_application_tells_the_challenger(market: Market) -> None:
    application = market.applied(market.open())
    withdrawn = market.can.withdraw_application(WithdrawApplication(application_id=application.id), market.solver)
    assert withdrawn.status is ApplicationStatus.WITHDRAWN
    told = market.database.events[-1]
    assert isinstance(told, ApplicationWithdrawn)
    assert told.application_id == application.id


def test_a_rejected_application_tells_the_applicant_why(market: Market) -> None:
    application = market.applied(market.open())
    rejected = market.can.reject_application(RejectApplication(application_id=application.id), market.challenger)
    assert (rejected.status, rejected.reject_reason) == (ApplicationStatus.REJECTED, RejectReason.DECLINED)
    told = market.database.events[-1]
    assert isinstance(told, ApplicationRejected)
    assert (told.applicant_id, told.reason) == (market.solver.user_id, RejectReason.DECLINED)


def test_accepting_starts_the_challenge_and_closes_the_rest_once(market: Market) -> None:
    challenge = market.open()
    chosen = market.applied(challenge)
    others = [market.applied(challenge, by=person(Role.SOLVER)) for _ in range(2)]
    withdrawn = market.applied(challenge, by=market.rival)
    market.can.withdraw_application(WithdrawApplication(application_id=withdrawn.id), market.rival)
    before = len(market.database.events)

    accepted = market.accept(chosen)

    assert accepted.status is ApplicationStatus.ACCEPTED
    started = market.seen(challenge.id)
    assert started.status is ChallengeStatus.IN_PROGRESS
    assert (started.accepted_application_id, started.solver_id) == (chosen.id, market.solver.user_id)
    fact, *rejections, update = market.database.events[before:]
    assert isinstance(fact, ApplicationAccepted)
    assert (fact.solver_id, fact.milestones) == (market.solver.user_id, started.milestones)
    assert [(event.applicant_id, event.reason) for event in rejections if isinstance(event, ApplicationRejected)] == [
        (other.applicant_id, RejectReason.ANOTHER_ACCEPTED) for other in others
    ]
    assert len(rejections) == 2
    assert isinstance(update, ChallengeUpdated)
    assert update.challenge == started
    for other in others:
        closed = market.can.get_application(GetApplication(application_id=other.id), market.challenger)
        assert (closed.status, closed.reject_reason) == (ApplicationStatus.REJECTED, RejectReason.ANOTHER_ACCEPTED)
    left = market.can.get_application(GetApplication(application_id=withdrawn.id), market.challenger)
    assert left.status is ApplicationStatus.WITHDRAWN


@pytest.mark.parametrize(("reward", "amounts"), [(FIXED, [50_000]), (RANGE, [30_000]), (TWO_STEPS, [60_000, 40_000])])
def test_what_is_agreed_with_the_solver(market: Market, reward: Reward, amounts: list[int]) -> None:
    challenge = market.open(reward=reward)
    market.accept(market.applied(challenge, budget=euros(30_000)))
    milestones = market.seen(challenge.id).milestones
    assert [step.amount.amount_minor for step in milestones] == amounts
    assert {step.status for step in milestones} == {MilestoneStatus.AGREED}
    if reward is TWO_STEPS:
        assert [step.id for step in milestones] == [step.id for step in challenge.milestones]
    else:
        assert [step.title for step in milestones] == [challenge.title]


def test_there_is_one_winner(market: Market) -> None:
    challenge = market.open()
    first, second = market.applied(challenge), market.applied(challenge, by=market.rival)
    market.accept(first)
    for again in (first, second):
        with pytest.raises(ChallengeClosed):
            market.accept(again)
    assert market.seen(challenge.id).solver_id == market.solver.user_id


def test_an_offer_that_was_changed_meanwhile_is_not_accepted_unread(market: Market) -> None:
    challenge = market.open(reward=RANGE)
    read, other = market.applied(challenge), market.applied(challenge, by=market.rival)
    dearer = market.can.edit_application(EditApplication(application_id=read.id, budget=euros(80_000)), market.solver)
    with pytest.raises(ApplicationStale):
        market.can.accept_application(AcceptApplication(application_id=read.id, expected_version=read.version), market.challenger)
    assert market.seen(challenge.id).status is ChallengeStatus.OPEN
    assert market.can.get_application(GetApplication(application_id=other.id), market.rival).status is ApplicationStatus.PENDING
    now_read = AcceptApplication(application_id=read.id, expected_version=dearer.version)
    assert market.can.accept_application(now_read, market.challenger).budget == dearer.budget


def test_a_decided_application_stays_decided(market: Market) -> None:
    challenge = market.open()
    rejected, withdrawn = market.applied(challenge), market.applied(challenge, by=market.rival)
    market.can.reject_application(RejectApplication(application_id=rejected.id), market.challenger)
    market.can.withdraw_application(WithdrawApplication(application_id=withdrawn.id), market.rival)
    for application, applicant in ((rejected, market.solver), (withdrawn, market.rival)):
        with pytest.raises(ApplicationNotPending):
            market.accept(application)
        with pytest.raises(ApplicationNotPending):
            market.can.reject_application(RejectApplication(application_id=application.id), market.challenger)
        with pytest.raises(ApplicationNotPending):
            market.can.withdraw_application(WithdrawApplication(application_id=application.id), applicant)
        with pytest.raises(ApplicationNotPending):
            market.can.edit_application(EditApplication(application_id=application.id, timeline_days=1), applicant)
    assert market.seen(challenge.id).status is ChallengeStatus.OPEN


def test_each_side_has_its_own_decisions(market: Market) -> None:
    application = market.applied(market.open())
    with pytest.raises(NotOwner):
        market.can.accept_application(AcceptApplication(application_id=application.id), market.solver)
    with pytest.raises(NotOwner):
        market.can.reject_application(RejectApplication(application_id=application.id), market.solver)
    with pytest.raises(NotApplicant):
        market.can.withdraw_application(WithdrawApplication(application_id=application.id), market.challenger)
    with pytest.raises(NotApplicant):
        market.can.edit_application(EditApplication(application_id=application.id, timeline_days=1), market.challenger)


def test_for_others_the_application_does_not_exist(market: Market) -> None:
    application = market.applied(market.open())
    with pytest.raises(ApplicationNotFound):
        market.can.accept_application(AcceptApplication(application_id=application.id), market.outsider)
    with pytest.raises(ApplicationNotFound):
        market.can.reject_application(RejectApplication(application_id=application.id), market.outsider)
    with pytest.raises(ApplicationNotFound):
        market.can.withdraw_application(WithdrawApplication(application_id=application.id), market.outsider)
    with pytest.raises(ApplicationNotFound):
        market.can.edit_application(EditApplication(application_id=application.id, timeline_days=1), market.outsider)


def test_somebody_who_is_kept_out_is_not_accepted(market: Market) -> None:
    challenge = market.open()
    application, other = market.applied(challenge), market.applied(challenge, by=market.rival)
    market.kept_out.add(market.solver.user_id)
    with pytest.raises(ApplicantUnavailable):
        market.accept(application)
    assert market.seen(challenge.id).status is ChallengeStatus.OPEN
    market.accept(other)
    assert market.seen(challenge.id).solver_id == market.rival.user_id
