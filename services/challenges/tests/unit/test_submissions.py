"""Delivering, asking for changes, approving."""

from datetime import timedelta

import pytest
from challenges_market import TWO_STEPS, Market

from challenges.domain.errors import (
    ChallengeNotFound,
    MilestoneAlreadyApproved,
    MilestoneAmbiguous,
    MilestoneNotFound,
    MilestoneNotFunded,
    NotOwner,
    NotParty,
    NotSolver,
    SubmissionDecided,
    SubmissionNotFound,
    SubmissionUndecided,
    WrongState,
)
from chassis.ids import new_id
from contracts.challenges.commands import ApproveSubmission, RequestChanges, SubmitWork
from contracts.challenges.events import ChallengeCompleted, ChallengeUpdated, ChangesRequested, SubmissionApproved, WorkSubmitted
from contracts.challenges.queries import GetSubmission, ListSubmissions
from contracts.challenges.terms import ChallengeStatus, MilestoneStatus, SubmissionStatus, Visibility


def test_a_delivery_for_the_only_milestone_needs_no_name(market: Market) -> None:
    challenge = market.funded()
    submission = market.deliver(challenge)
    assert (submission.status, submission.attempt) == (SubmissionStatus.SUBMITTED, 1)
    assert submission.milestone_id == challenge.milestones[0].id
    told = market.database.events[-1]
    assert isinstance(told, WorkSubmitted)
    assert (told.subject, told.submission_id, told.attempt) == (challenge.id, submission.id, 1)


def test_of_several_open_milestones_one_must_be_named(market: Market) -> None:
    challenge = market.funded(reward=TWO_STEPS)
    first, second = challenge.milestones
    with pytest.raises(MilestoneAmbiguous) as refusal:
        market.deliver(challenge)
    assert refusal.value.fields[0].pointer == "/milestone_id"
    market.approve(market.deliver(challenge, first.id))
    assert market.deliver(challenge).milestone_id == second.id


def test_a_milestone_without_money_takes_no_delivery(market: Market) -> None:
    challenge = market.in_progress(reward=TWO_STEPS)
    first, second = challenge.milestones
    market.fund(challenge, first.id)
    with pytest.raises(MilestoneNotFunded) as refusal:
        market.deliver(challenge, second.id)
    assert refusal.value.code == "challenges.milestone.not_funded"
    assert market.deliver(challenge, first.id).milestone_id == first.id


def test_one_delivery_of_a_milestone_waits_at_a_time(market: Market) -> None:
    challenge = market.funded()
    market.deliver(challenge)
    with pytest.raises(SubmissionUndecided):
        market.deliver(challenge)


def test_an_approved_milestone_takes_no_more(market: Market) -> None:
    challenge = market.funded(reward=TWO_STEPS)
    first = challenge.milestones[0].id
    market.approve(market.deliver(challenge, first))
    with pytest.raises(MilestoneAlreadyApproved):
        market.deliver(challenge, first)


def test_a_milestone_of_another_challenge_is_not_found(market: Market) -> None:
    challenge = market.funded()
    with pytest.raises(MilestoneNotFound):
        market.deliver(challenge, new_id("milestone"))


def test_only_the_accepted_solver_delivers(market: Market) -> None:
    command = SubmitWork(challenge_id=market.funded().id, notes="Mine.")
    for other in (market.challenger, market.rival, market.outsider):
        with pytest.raises(NotSolver):
            market.can.submit_work(command, other)
    private = market.funded(visibility=Visibility.PRIVATE, invited_user_ids=(market.solver.user_id,))
    with pytest.raises(ChallengeNotFound):
        market.can.submit_work(SubmitWork(challenge_id=private.id, notes="Mine."), market.outsider)


def test_what_is_completed_takes_no_delivery(market: Market) -> None:
    challenge = market.completed()
    with pytest.raises(WrongState):
        market.deliver(challenge)


def test_changes_are_requested_and_the_next_attempt_counts_on(market: Market) -> None:
    challenge = market.funded()
    first = market.deliver(challenge)
    market.clock.advance(timedelta(hours=1))
    command = RequestChanges(submission_id=first.id, feedback="Please explain the model.")
    returned = market.can.request_changes(command, market.challenger)
    assert (returned.status, returned.feedback) == (SubmissionStatus.CHANGES_REQUESTED, "Please explain the model.")
    assert returned.decided_at == market.clock.now()
    told = market.database.events[-1]
    assert isinstance(told, ChangesRequested)
    assert (told.feedback, told.solver_id) == ("Please explain the model.", market.solver.user_id)
    second = market.deliver(challenge)
    assert second.attempt == 2
    with pytest.raises(SubmissionDecided):
        market.can.request_changes(command, market.challenger)


def test_attempts_are_counted_for_each_milestone(market: Market) -> None:
    challenge = market.funded(reward=TWO_STEPS)
    attempts = [market.deliver(challenge, step.id).attempt for step in challenge.milestones]
    assert attempts == [1, 1]


def test_an_approval_tells_payments_and_readers(market: Market) -> None:
    challenge = market.funded(reward=TWO_STEPS)
    first = challenge.milestones[0]
    approved = market.approve(market.deliver(challenge, first.id))
    assert approved.status is SubmissionStatus.APPROVED
    *_, fact, update = market.database.events
    assert isinstance(fact, SubmissionApproved)
    assert (fact.milestone_id, fact.milestone_title) == (first.id, "Design")
    assert isinstance(update, ChallengeUpdated)
    assert [step.status for step in update.challenge.milestones] == [MilestoneStatus.APPROVED, MilestoneStatus.FUNDED]
    assert market.seen(challenge.id).status is ChallengeStatus.IN_PROGRESS


def test_the_last_approval_completes_the_challenge(market: Market) -> None:
    challenge = market.completed(reward=TWO_STEPS)
    assert challenge.status is ChallengeStatus.COMPLETED
    assert challenge.completed_at == market.clock.now()
    *_, approved, update, fact = market.database.events
    assert isinstance(approved, SubmissionApproved)
    assert isinstance(update, ChallengeUpdated)
    assert update.challenge == challenge
    assert isinstance(fact, ChallengeCompleted)
    assert (fact.solver_id, fact.completed_at) == (market.solver.user_id, challenge.completed_at)
    assert market.database.happened().count("ChallengeCompleted") == 1
    assert fact.for_partners()


def test_partners_do_not_hear_of_the_end_of_a_private_challenge(market: Market) -> None:
    market.completed(visibility=Visibility.PRIVATE, invited_user_ids=(market.solver.user_id,))
    fact = market.database.events[-1]
    assert isinstance(fact, ChallengeCompleted)
    assert not fact.for_partners()


def test_an_approval_happens_once(market: Market) -> None:
    challenge = market.funded(reward=TWO_STEPS)
    submission = market.deliver(challenge, challenge.milestones[0].id)
    market.approve(submission)
    with pytest.raises(SubmissionDecided):
        market.approve(submission)
    assert market.database.happened().count("SubmissionApproved") == 1


def test_the_challenger_alone_decides(market: Market) -> None:
    submission = market.deliver(market.funded())
    with pytest.raises(NotOwner):
        market.can.approve_submission(ApproveSubmission(submission_id=submission.id), market.solver)
    with pytest.raises(NotOwner):
        market.can.request_changes(RequestChanges(submission_id=submission.id, feedback="No."), market.solver)
    with pytest.raises(SubmissionNotFound):
        market.can.approve_submission(ApproveSubmission(submission_id=submission.id), market.outsider)


def test_deliveries_are_for_the_two_parties(market: Market) -> None:
    challenge = market.funded()
    submission = market.deliver(challenge)
    get, listing = GetSubmission(submission_id=submission.id), ListSubmissions(challenge_id=challenge.id)
    for party in (market.challenger, market.solver):
        assert market.can.get_submission(get, party) == submission
        assert market.can.list_submissions(listing, party).items == (submission,)
    with pytest.raises(SubmissionNotFound):
        market.can.get_submission(get, market.outsider)
    with pytest.raises(NotParty):
        market.can.list_submissions(listing, market.outsider)
