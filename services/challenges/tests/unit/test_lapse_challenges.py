"""What becomes of open challenges whose challenger chooses nobody."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from challenges_fakes import FakeUnitOfWork
from challenges_market import DECISION_WINDOW, MAX_PENDING, START, Market

from challenges.domain.errors import ChallengeClosed
from challenges.usecases.lapse_challenges import LONGEST_ROUND_S, LapseChallengesHandler
from contracts.challenges.commands import EditChallenge
from contracts.challenges.events import ApplicationRejected, ChallengeCancelled, ChallengeUpdated
from contracts.challenges.queries import GetApplication
from contracts.challenges.terms import ApplicationStatus, CancelReason, ChallengeStatus, RejectReason, Visibility
from contracts.challenges.views import ApplicationView, ChallengeView

MOMENT = timedelta(milliseconds=1)
DAY = timedelta(days=1)


def status(market: Market, challenge: ChallengeView) -> ChallengeStatus:
    return market.seen(challenge.id).status


def decided(market: Market, application: ApplicationView) -> ApplicationView:
    return market.can.get_application(GetApplication(application_id=application.id), market.solver)


def it_becomes(market: Market, moment: datetime) -> None:
    market.clock.advance(moment - market.clock.now())


def time_is_over(market: Market) -> None:
    """For the challenges that are open for a day."""
    it_becomes(market, START + DAY + DECISION_WINDOW)


def test_it_ends_when_the_time_to_choose_is_over_and_not_before(market: Market) -> None:
    challenge, longer = market.open(deadline=START + DAY), market.open(deadline=START + DAY + MOMENT)
    application = market.applied(challenge)
    it_becomes(market, START + DAY + DECISION_WINDOW - MOMENT)
    market.can.lapse_challenges()
    assert status(market, challenge) is ChallengeStatus.OPEN
    market.clock.advance(MOMENT)
    market.can.lapse_challenges()
    assert status(market, longer) is ChallengeStatus.OPEN
    ended = market.seen(challenge.id)
    assert (ended.status, ended.cancel_reason, ended.cancelled_by, ended.updated_at) == (
        ChallengeStatus.CANCELLED,
        CancelReason.NO_SUITABLE_APPLICANT,
        None,
        market.clock.now(),
    )
    closed = decided(market, application)
    assert (closed.status, closed.reject_reason) == (ApplicationStatus.REJECTED, RejectReason.CHALLENGE_CANCELLED)


def test_all_who_are_concerned_are_told_once(market: Market) -> None:
    challenge = market.open(deadline=START + DAY)
    for person in (market.solver, market.rival):
        market.applied(challenge, by=person)
    time_is_over(market)
    before = len(market.database.events)
    market.can.lapse_challenges()
    market.can.lapse_challenges()
    cancelled, *rejected, updated = market.database.events[before:]
    assert isinstance(cancelled, ChallengeCancelled)
    assert (cancelled.lapsed, cancelled.cancelled_by, cancelled.solver_id, cancelled.previous_status) == (
        True,
        None,
        None,
        ChallengeStatus.OPEN,
    )
    told = [(event.applicant_id, event.reason) for event in rejected if isinstance(event, ApplicationRejected)]
    assert sorted(told) == sorted((each.user_id, RejectReason.CHALLENGE_CANCELLED) for each in (market.solver, market.rival))
    assert len(rejected) == 2
    assert isinstance(updated, ChallengeUpdated)
    assert updated.challenge == market.seen(challenge.id)


def test_applications_to_it_count_against_nobodys_limit_any_more(market: Market) -> None:
    for _ in range(MAX_PENDING):
        market.applied(market.open(deadline=START + DAY))
    time_is_over(market)
    market.can.lapse_challenges()
    assert market.applied(market.open(deadline=market.clock.now() + DAY)).status is ApplicationStatus.PENDING


def test_until_then_the_challenger_chooses_among_those_who_came_in_time(market: Market) -> None:
    challenge = market.open(deadline=START + DAY)
    application = market.applied(challenge)
    it_becomes(market, START + DAY + DECISION_WINDOW - MOMENT)
    with pytest.raises(ChallengeClosed):
        market.applied(challenge, by=market.rival)
    assert market.accept(application).status is ApplicationStatus.ACCEPTED
    market.clock.advance(DAY)
    market.can.lapse_challenges()
    assert status(market, challenge) is ChallengeStatus.IN_PROGRESS


def test_what_is_not_open_stays_as_it_is_and_private_ones_end_too(market: Market) -> None:
    draft, started, done = market.draft(deadline=START + DAY), market.in_progress(deadline=START + DAY), market.completed()
    private = market.open(deadline=START + DAY, visibility=Visibility.PRIVATE)
    market.clock.advance(timedelta(days=365))
    market.can.lapse_challenges()
    found = [status(market, each) for each in (draft, started, done, private)]
    assert found == [ChallengeStatus.DRAFT, ChallengeStatus.IN_PROGRESS, ChallengeStatus.COMPLETED, ChallengeStatus.CANCELLED]


def test_one_that_got_another_deadline_meanwhile_goes_on(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    challenge = market.open(deadline=START + DAY)
    time_is_over(market)
    later = EditChallenge(challenge_id=challenge.id, deadline=market.clock.now() + DAY)
    begin = market.database.begin

    def edited_first() -> FakeUnitOfWork:
        monkeypatch.setattr(market.database, "begin", begin)
        market.can.edit_challenge(later, market.challenger)
        return begin()

    handler = market.can.lapse_challenges
    LapseChallengesHandler(edited_first, handler.challenges, handler.rerun, handler.now, handler.window)()
    assert status(market, challenge) is ChallengeStatus.OPEN


def test_one_that_another_process_has_ended_meanwhile_is_not_ended_twice(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    challenge = market.open(deadline=START + DAY)
    market.applied(challenge)
    time_is_over(market)
    monkeypatch.setattr(type(market.database.challenges), "undecided", lambda _self, _until, **_limit: [challenge.id])
    market.can.lapse_challenges()
    market.can.lapse_challenges()
    assert market.database.happened().count("ChallengeCancelled") == 1
    assert market.database.happened().count("ApplicationRejected") == 1


def test_one_that_fails_holds_up_no_other_and_is_tried_again(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    broken, sound = market.open(deadline=START + DAY), market.open(deadline=START + DAY + MOMENT)
    market.clock.advance(DAY * 2 + DECISION_WINDOW)
    save = market.database.challenges.save.__func__  # type: ignore[attr-defined]

    def fail(rows: object, challenge: object) -> object:
        if challenge.id == broken.id:  # type: ignore[attr-defined]
            raise RuntimeError("out of order")
        return save(rows, challenge)

    with monkeypatch.context() as patched:
        patched.setattr(type(market.database.challenges), "save", fail)
        market.can.lapse_challenges()
    assert [status(market, each) for each in (broken, sound)] == [ChallengeStatus.OPEN, ChallengeStatus.CANCELLED]
    market.can.lapse_challenges()
    assert status(market, broken) is ChallengeStatus.CANCELLED


def test_a_round_ends_in_time_and_the_next_goes_on(market: Market) -> None:
    challenges = [market.open(deadline=START + DAY * day) for day in (1, 2, 3)]
    market.clock.advance(DAY * 4 + DECISION_WINDOW)
    handler, seconds = market.can.lapse_challenges, iter([0.0, 0.0, LONGEST_ROUND_S])
    LapseChallengesHandler(
        handler.unit_of_work, handler.challenges, handler.rerun, handler.now, handler.window, monotonic=lambda: next(seconds)
    )()
    assert [status(market, each) for each in challenges] == [ChallengeStatus.CANCELLED, ChallengeStatus.OPEN, ChallengeStatus.OPEN]
    handler()
    assert {status(market, each) for each in challenges} == {ChallengeStatus.CANCELLED}
