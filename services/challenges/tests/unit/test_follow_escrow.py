"""Following the money: what payments tells, in order, out of order and again."""

import itertools

import pytest
from challenges_market import TWO_STEPS, Market

from challenges.domain.errors import MilestoneNotFunded
from chassis.retry import NotYet
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
