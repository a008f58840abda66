"""Following the money: what payments tells, in order, out of order and again."""

import itertools
from datetime import timedelta

import pytest
from challenges_market import TWO_STEPS, Market

from challenges.domain.errors import MilestoneNotFunded, SubmissionDecided, SubmissionUndecided
from chassis.retry import NotYet
from contracts.challenges.commands import RequestChanges
from contracts.challenges.events import ChallengeUpdated
from contracts.challenges.queries import GetSubmission
from contracts.challenges.terms import ChallengeStatus, MilestoneStatus, SubmissionStatus


def statuses(market: Market, challenge_id: str) -> list[MilestoneStatus]:
    return [step.status for step in market.seen(challenge_id).milestones]


def test_funding_is_noted_and_told_once(market: Market) -> None:
    challenge = market.in_progress(reward=TWO_STEPS)
    market.fund(challenge, challenge.milestones[0].id, sequence=1)
    assert statuses(market, challenge.id) == [MilestoneStatus.FUNDED, MilestoneStatus.AGREED]
    told = market.database.events[-1]
    assert isinstance(told, ChallengeUpdated)
    assert told.challenge == market.seen(challenge.id)
    count = len(market.database.events)
    market.fund(challenge, challenge.milestones[0].id, sequence=1)
    assert len(market.database.events) == count


def test_a_release_after_completion_is_noted(market: Market) -> None:
    challenge = market.completed()
    market.release(challenge, challenge.milestones[0].id)
    after = market.seen(challenge.id)
    assert after.milestones[0].status is MilestoneStatus.RELEASED
    assert (after.status, after.completed_at) == (ChallengeStatus.COMPLETED, challenge.completed_at)
    assert market.database.happened().count("ChallengeCompleted") == 1


def test_a_release_in_part_changes_nothing(market: Market) -> None:
    challenge = market.funded()
    market.release(challenge, challenge.milestones[0].id, settled=False)
    market.refund(challenge, challenge.milestones[0].id, settled=False)
    assert market.seen(challenge.id) == challenge


def test_paying_by_hand_approves_what_waits_and_may_complete(market: Market) -> None:
    challenge = market.funded(reward=TWO_STEPS)
    first, second = (step.id for step in challenge.milestones)
    waiting = market.deliver(challenge, first)
    market.release(challenge, first)
    approved = market.can.get_submission(GetSubmission(submission_id=waiting.id), market.solver)
    assert approved.status is SubmissionStatus.APPROVED
    assert market.seen(challenge.id).status is ChallengeStatus.IN_PROGRESS
    market.release(challenge, second)
    after = market.seen(challenge.id)
    assert after.status is ChallengeStatus.COMPLETED
    assert market.database.happened()[-2:] == ["ChallengeUpdated", "ChallengeCompleted"]
    assert market.database.happened().count("SubmissionApproved") == 1


def test_after_a_refund_the_work_cannot_be_approved_until_it_is_funded_again(market: Market) -> None:
    challenge = market.funded()
    milestone_id = challenge.milestones[0].id
    waiting = market.deliver(challenge)
    market.refund(challenge, milestone_id)
    assert statuses(market, challenge.id) == [MilestoneStatus.AGREED]
    with pytest.raises(MilestoneNotFunded):
        market.approve(waiting)
    market.fund(challenge)
    market.approve(waiting)
    assert market.seen(challenge.id).status is ChallengeStatus.COMPLETED


@pytest.mark.parametrize("order", list(itertools.permutations(["fund", "refund", "fund again", "release"])))
def test_whatever_the_order_of_arrival_the_end_is_the_same(market: Market, order: tuple[str, ...]) -> None:
    challenge = market.in_progress()
    milestone_id = challenge.milestones[0].id
    arrivals = {
        "fund": lambda: market.fund(challenge, sequence=1),
        "refund": lambda: market.refund(challenge, milestone_id, sequence=2),
        "fund again": lambda: market.fund(challenge, sequence=3),
        "release": lambda: market.release(challenge, milestone_id, sequence=4),
    }
    waiting = list(order)
    for _ in range(len(order)):  # what is too early comes again
        still_waiting = []
        for name in waiting:
            try:
                arrivals[name]()
            except NotYet:
                still_waiting.append(name)
        waiting = still_waiting
    assert waiting == []
    assert statuses(market, challenge.id) == [MilestoneStatus.RELEASED]
    assert market.seen(challenge.id).status is ChallengeStatus.COMPLETED
    assert market.database.happened().count("ChallengeCompleted") == 1


def test_what_waits_since_before_a_refund_gives_way_to_another_delivery_once_it_is_funded_again(market: Market) -> None:
    challenge = market.funded()
    old = market.deliver(challenge)
    market.refund(challenge, challenge.milestones[0].id)
    with pytest.raises(MilestoneNotFunded):
        market.deliver(challenge, challenge.milestones[0].id)
    market.fund(challenge)
    market.clock.advance(timedelta(hours=1))
    new = market.deliver(challenge)
    assert (new.status, new.attempt) == (SubmissionStatus.SUBMITTED, 2)
    superseded = market.can.get_submission(GetSubmission(submission_id=old.id), market.solver)
    assert (superseded.status, superseded.feedback, superseded.decided_at) == (
        SubmissionStatus.CHANGES_REQUESTED,
        None,
        market.clock.now(),
    )
    assert market.database.happened()[-2:] == ["ChallengeUpdated", "WorkSubmitted"]  # nobody has asked for changes
    with pytest.raises(SubmissionDecided):
        market.approve(old)
    with pytest.raises(SubmissionUndecided):  # the new one waits as any other
        market.deliver(challenge)
    market.approve(new)
    assert market.seen(challenge.id).status is ChallengeStatus.COMPLETED


def test_a_delivery_that_waited_before_a_refund_gives_way_also_where_the_refund_is_late(market: Market) -> None:
    challenge = market.funded()
    market.deliver(challenge)
    market.fund(challenge, sequence=3)
    market.refund(challenge, challenge.milestones[0].id, sequence=2)
    assert market.deliver(challenge).attempt == 2


def test_what_was_sent_back_after_a_refund_leaves_nothing_to_supersede(market: Market) -> None:
    challenge = market.funded()
    old = market.deliver(challenge)
    market.refund(challenge, challenge.milestones[0].id)
    market.fund(challenge)
    market.can.request_changes(RequestChanges(submission_id=old.id, feedback="More."), market.challenger)
    market.deliver(challenge)
    with pytest.raises(SubmissionUndecided):
        market.deliver(challenge)


def test_a_shared_out_milestone_was_paid_and_its_delivery_is_approved(market: Market) -> None:
    challenge = market.funded()
    waiting = market.deliver(challenge)
    market.release(challenge, challenge.milestones[0].id, settled=False)
    market.refund(challenge, challenge.milestones[0].id, released=True)
    approved = market.can.get_submission(GetSubmission(submission_id=waiting.id), market.solver)
    assert approved.status is SubmissionStatus.APPROVED
    assert statuses(market, challenge.id) == [MilestoneStatus.RELEASED]
    assert market.database.happened()[-3:] == ["SubmissionApproved", "ChallengeUpdated", "ChallengeCompleted"]


@pytest.mark.parametrize("settled_by", ["release", "refund", "share out"])
def test_what_a_bank_returns_for_a_paid_milestone_is_noted_until_it_is_gone(market: Market, settled_by: str) -> None:
    challenge = market.funded(reward=TWO_STEPS)
    first = challenge.milestones[0].id
    waiting = market.deliver(challenge, first)
    market.release(challenge, first)
    market.fund(challenge, first)
    if settled_by == "release":
        market.release(challenge, first)
    else:
        market.refund(challenge, first, released=settled_by == "share out")
    assert statuses(market, challenge.id) == [MilestoneStatus.RELEASED, MilestoneStatus.FUNDED]
    assert market.can.get_submission(GetSubmission(submission_id=waiting.id), market.solver).status is SubmissionStatus.APPROVED
    assert market.database.happened().count("SubmissionApproved") == 1


def test_what_a_bank_returns_for_an_approved_milestone_can_be_paid(market: Market) -> None:
    challenge = market.funded(reward=TWO_STEPS)
    first = challenge.milestones[0].id
    market.approve(market.deliver(challenge, first))
    market.refund(challenge, first)
    market.fund(challenge, first)
    assert statuses(market, challenge.id) == [MilestoneStatus.APPROVED, MilestoneStatus.FUNDED]
    market.release(challenge, first)
    assert statuses(market, challenge.id) == [MilestoneStatus.RELEASED, MilestoneStatus.FUNDED]
