"""Cancelling: what it closes, and when money forbids it."""

import pytest
from challenges_market import TWO_STEPS, Market

from challenges.domain.errors import ChallengeStale, EscrowHeld, NotOwner, WrongState
from contracts.challenges.commands import CancelChallenge, RejectApplication
from contracts.challenges.events import ApplicationRejected, ChallengeCancelled, ChallengeUpdated
from contracts.challenges.queries import GetApplication, GetChallenge
from contracts.challenges.terms import ApplicationStatus, CancelReason, ChallengeStatus, MilestoneStatus, RejectReason
from contracts.challenges.views import ChallengeView


def cancel(market: Market, challenge: ChallengeView, version: int | None = None) -> ChallengeView:
    command = CancelChallenge(challenge_id=challenge.id, reason=CancelReason.SOLVED_ELSEWHERE, expected_version=version)
    return market.can.cancel_challenge(command, market.challenger)


def test_an_open_challenge_is_cancelled_with_its_reason(market: Market) -> None:
    challenge = market.open()
    cancelled = cancel(market, challenge)
    assert cancelled.status is ChallengeStatus.CANCELLED
    assert cancelled.cancel_reason is CancelReason.SOLVED_ELSEWHERE
    *_, fact, update = market.database.events
    assert isinstance(fact, ChallengeCancelled)
    assert (fact.reason, fact.previous_status, fact.solver_id) == (CancelReason.SOLVED_ELSEWHERE, ChallengeStatus.OPEN, None)
    assert (fact.cancelled_by, fact.lapsed) == (market.challenger.user_id, False)
    assert isinstance(update, ChallengeUpdated)
    assert update.challenge == cancelled


def test_pending_applications_are_closed_and_decided_ones_stay(market: Market) -> None:
    challenge = market.open()
    pending, declined = market.applied(challenge), market.applied(challenge, by=market.rival)
    market.can.reject_application(RejectApplication(application_id=declined.id), market.challenger)
    cancel(market, challenge)
    closed = market.can.get_application(GetApplication(application_id=pending.id), market.solver)
    assert (closed.status, closed.reject_reason) == (ApplicationStatus.REJECTED, RejectReason.CHALLENGE_CANCELLED)
    kept = market.can.get_application(GetApplication(application_id=declined.id), market.rival)
    assert kept.reject_reason is RejectReason.DECLINED
    told = [event for event in market.database.events if isinstance(event, ApplicationRejected)]
    assert [(event.applicant_id, event.reason) for event in told] == [
        (market.rival.user_id, RejectReason.DECLINED),
        (market.solver.user_id, RejectReason.CHALLENGE_CANCELLED),
    ]


def test_work_in_progress_is_cancelled_while_nothing_is_funded(market: Market) -> None:
    cancelled = cancel(market, market.in_progress())
    assert cancelled.status is ChallengeStatus.CANCELLED
    fact = market.database.events[-2]
    assert isinstance(fact, ChallengeCancelled)
    assert (fact.previous_status, fact.solver_id) == (ChallengeStatus.IN_PROGRESS, market.solver.user_id)


def test_money_in_escrow_forbids_it_until_it_is_refunded(market: Market) -> None:
    challenge = market.funded()
    with pytest.raises(EscrowHeld):
        cancel(market, challenge)
    market.refund(challenge, challenge.milestones[0].id)
    assert cancel(market, challenge).status is ChallengeStatus.CANCELLED


def test_what_was_paid_stays_paid_when_the_rest_is_cancelled(market: Market) -> None:
    challenge = market.in_progress(reward=TWO_STEPS)
    first = challenge.milestones[0].id
    market.fund(challenge, first)
    market.approve(market.deliver(challenge, first))
    with pytest.raises(EscrowHeld):  # approved, and not paid yet
        cancel(market, challenge)
    market.release(challenge, first)
    cancelled = cancel(market, challenge)
    assert cancelled.status is ChallengeStatus.CANCELLED
    assert [step.status for step in cancelled.milestones] == [MilestoneStatus.RELEASED, MilestoneStatus.AGREED]
    fact = market.database.events[-2]
    assert isinstance(fact, ChallengeCancelled)
    assert (fact.previous_status, fact.solver_id) == (ChallengeStatus.IN_PROGRESS, market.solver.user_id)


def test_approved_work_whose_money_went_back_does_not_hold_it_up(market: Market) -> None:
    challenge = market.in_progress(reward=TWO_STEPS)
    first = challenge.milestones[0].id
    market.fund(challenge, first)
    market.approve(market.deliver(challenge, first))
    market.refund(challenge, first)
    market.fund(challenge, first)  # the bank returned it
    with pytest.raises(EscrowHeld):
        cancel(market, challenge)
    market.refund(challenge, first)
    assert cancel(market, challenge).status is ChallengeStatus.CANCELLED


def test_another_milestone_that_is_funded_forbids_it_still(market: Market) -> None:
    challenge = market.funded(reward=TWO_STEPS)
    market.release(challenge, challenge.milestones[0].id)
    with pytest.raises(EscrowHeld):
        cancel(market, challenge)


def test_drafts_are_deleted_not_cancelled(market: Market) -> None:
    with pytest.raises(WrongState):
        cancel(market, market.draft())


def test_what_has_ended_stays_as_it_ended(market: Market) -> None:
    for challenge in (market.completed(), cancel(market, market.open())):
        with pytest.raises(WrongState):
            cancel(market, challenge)


def test_nobody_else_cancels_and_no_older_version(market: Market) -> None:
    challenge = market.open()
    command = CancelChallenge(challenge_id=challenge.id, reason=CancelReason.OTHER)
    with pytest.raises(NotOwner):
        market.can.cancel_challenge(command, market.outsider)
    with pytest.raises(ChallengeStale):
        cancel(market, challenge, version=1)


def test_the_solver_gives_up_the_work(market: Market) -> None:
    challenge = market.in_progress()
    command = CancelChallenge(challenge_id=challenge.id, reason=CancelReason.OTHER)
    ended = market.can.cancel_challenge(command, market.solver)
    assert (ended.status, ended.cancelled_by) == (ChallengeStatus.CANCELLED, market.solver.user_id)
    fact = market.database.events[-2]
    assert isinstance(fact, ChallengeCancelled)
    assert (fact.solver_id, fact.cancelled_by) == (market.solver.user_id, market.solver.user_id)
    assert market.seen(challenge.id).cancelled_by == market.solver.user_id
    bystander = market.can.get_challenge(GetChallenge(challenge_id=challenge.id), market.rival)
    assert bystander.cancelled_by is None, "who ended the work is the two sides' business"


def test_the_solver_gives_back_what_is_held_before_giving_up(market: Market) -> None:
    challenge = market.funded()
    command = CancelChallenge(challenge_id=challenge.id, reason=CancelReason.OTHER)
    with pytest.raises(EscrowHeld):
        market.can.cancel_challenge(command, market.solver)
    market.refund(challenge, challenge.milestones[0].id)
    assert market.can.cancel_challenge(command, market.solver).status is ChallengeStatus.CANCELLED


def test_whoever_only_applied_gives_up_nothing(market: Market) -> None:
    challenge = market.open()
    market.applied(challenge)
    with pytest.raises(NotOwner):
        market.can.cancel_challenge(CancelChallenge(challenge_id=challenge.id, reason=CancelReason.OTHER), market.solver)
