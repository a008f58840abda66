"""The tables are the rules: every pair of state and action does what its row says, or is refused; the README shows the same."""

from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from challenges_market import FIXED, START, euros
from hypothesis import example, given
from hypothesis import strategies as st

from challenges.domain.application import APPLICATION_TABLE, Application, ApplicationAction
from challenges.domain.challenge import CHALLENGE_TABLE, Challenge, ChallengeAction
from challenges.domain.errors import (
    ApplicationNotPending,
    ChallengeClosed,
    EscrowHeld,
    MilestoneAlreadyApproved,
    MilestoneNotFunded,
    SubmissionDecided,
    WrongState,
)
from challenges.domain.milestone import MILESTONE_TABLE, Milestone, MilestoneAction
from challenges.domain.submission import SUBMISSION_TABLE, Submission, SubmissionAction
from challenges.domain.transitions import TransitionTable
from chassis.ids import new_id
from contracts.challenges.terms import (
    ApplicationStatus,
    CancelReason,
    Category,
    ChallengeStatus,
    Difficulty,
    MilestoneStatus,
    RejectReason,
    SubmissionStatus,
)

FUNDED = Milestone("milestone", "Design", euros(1), MilestoneStatus.FUNDED)
APPROVED = replace(FUNDED, status=MilestoneStatus.APPROVED)


def challenge_in(status: ChallengeStatus) -> Challenge:
    return Challenge(
        id=new_id("challenge"),
        status=status,
        challenger_id=new_id("user"),
        title="Predict churn",
        description="From our data.",
        category=Category.DATA,
        difficulty=Difficulty.EXPERT,
        reward=FIXED,
        deadline=START.replace(year=START.year + 1),
        created_at=START,
        updated_at=START,
    )


CHALLENGE_ACTIONS: dict[ChallengeAction, Callable[[Challenge], Challenge | None]] = {
    ChallengeAction.EDIT: lambda it: it.edit({"title": "Another"}, at=START, new_id=new_id),
    ChallengeAction.DELETE: lambda it: it.delete(),
    ChallengeAction.PUBLISH: lambda it: it.publish(START),
    ChallengeAction.APPLY: lambda it: it.count_application(START),
    ChallengeAction.ACCEPT: lambda it: it.accept("application", "solver", euros(1), at=START, new_id=new_id),
    ChallengeAction.WORK: lambda it: replace(it, milestones=(FUNDED,)).work(FUNDED, START),
    ChallengeAction.COMPLETE: lambda it: replace(it, milestones=(FUNDED,)).work(APPROVED, START),
    ChallengeAction.REVIEW: lambda it: it.count_review("author"),
    ChallengeAction.CANCEL: lambda it: it.cancel(CancelReason.OTHER, it.challenger_id, START),
    ChallengeAction.LAPSE: lambda it: it.lapse(START),
}


@pytest.mark.parametrize("status", ChallengeStatus)
@pytest.mark.parametrize("action", ChallengeAction)
def test_challenge(status: ChallengeStatus, action: ChallengeAction) -> None:
    challenge = challenge_in(status)
    if not CHALLENGE_TABLE.allows(status, action):
        with pytest.raises((WrongState, ChallengeClosed)):
            CHALLENGE_ACTIONS[action](challenge)
        return
    after = CHALLENGE_ACTIONS[action](challenge)
    assert (after or challenge).status is CHALLENGE_TABLE.after(status, action)


def application_in(status: ApplicationStatus) -> Application:
    return Application(
        id=new_id("application"),
        challenge_id=new_id("challenge"),
        challenge_title="Predict churn",
        challenger_id=new_id("user"),
        applicant_id=new_id("user"),
        status=status,
        proposal="I can.",
        timeline_days=3,
        budget=euros(1),
        created_at=START,
        updated_at=START,
    )


APPLICATION_ACTIONS: dict[ApplicationAction, Callable[[Application], Application]] = {
    ApplicationAction.EDIT: lambda it: it.edit({"timeline_days": 4}, FIXED, START),
    ApplicationAction.ACCEPT: lambda it: it.accept(START),
    ApplicationAction.REJECT: lambda it: it.reject(RejectReason.DECLINED, START),
    ApplicationAction.WITHDRAW: lambda it: it.withdraw(START),
}


@pytest.mark.parametrize("status", ApplicationStatus)
@pytest.mark.parametrize("action", ApplicationAction)
def test_application(status: ApplicationStatus, action: ApplicationAction) -> None:
    application = application_in(status)
    if not APPLICATION_TABLE.allows(status, action):
        with pytest.raises(ApplicationNotPending):
            APPLICATION_ACTIONS[action](application)
        return
    assert APPLICATION_ACTIONS[action](application).status is APPLICATION_TABLE.after(status, action)


def submission_in(status: SubmissionStatus) -> Submission:
    return Submission(
        id=new_id("submission"),
        challenge_id=new_id("challenge"),
        challenger_id=new_id("user"),
        milestone_id=new_id("milestone"),
        solver_id=new_id("user"),
        attempt=1,
        status=status,
        notes="Done.",
        created_at=START,
    )


SUBMISSION_ACTIONS: dict[SubmissionAction, Callable[[Submission], Submission]] = {
    SubmissionAction.REQUEST_CHANGES: lambda it: it.request_changes("More.", START),
    SubmissionAction.SUPERSEDE: lambda it: it.supersede(START),
    SubmissionAction.APPROVE: lambda it: it.approve(START),
}


@pytest.mark.parametrize("status", SubmissionStatus)
@pytest.mark.parametrize("action", SubmissionAction)
def test_submission(status: SubmissionStatus, action: SubmissionAction) -> None:
    submission = submission_in(status)
    if not SUBMISSION_TABLE.allows(status, action):
        with pytest.raises(SubmissionDecided):
            SUBMISSION_ACTIONS[action](submission)
        return
    assert SUBMISSION_ACTIONS[action](submission).status is SUBMISSION_TABLE.after(status, action)


MONEY = {MilestoneAction.FUND, MilestoneAction.RELEASE, MilestoneAction.REFUND}
MILESTONE_ACTIONS: dict[MilestoneAction, Callable[[Milestone], Milestone]] = {
    MilestoneAction.AGREE: lambda it: it.agree(),
    MilestoneAction.DELIVER: lambda it: it.deliver("submission"),
    MilestoneAction.RETURN: lambda it: it.return_work(),
    MilestoneAction.APPROVE: lambda it: it.approve(),
}


@pytest.mark.parametrize("status", MilestoneStatus)
@pytest.mark.parametrize("action", MilestoneAction)
def test_milestone(status: MilestoneStatus, action: MilestoneAction) -> None:
    milestone = replace(FUNDED, status=status)
    expected = MILESTONE_TABLE.after(status, action)
    if action in MONEY:
        moved = milestone.move_money(action, sequence=1)
        assert (moved.status if moved else None) is expected
    elif expected is None:
        with pytest.raises((MilestoneNotFunded, MilestoneAlreadyApproved)):
            MILESTONE_ACTIONS[action](milestone)
    else:
        assert MILESTONE_ACTIONS[action](milestone).status is expected


@example([ChallengeAction.PUBLISH, ChallengeAction.ACCEPT, ChallengeAction.WORK, ChallengeAction.CANCEL])
@given(st.lists(st.sampled_from(ChallengeAction), max_size=12))
def test_no_sequence_of_actions_leaves_the_table(actions: list[ChallengeAction]) -> None:
    challenge = replace(challenge_in(ChallengeStatus.DRAFT), milestones=())
    for action in actions:
        expected = CHALLENGE_TABLE.after(challenge.status, action)
        if action is ChallengeAction.EDIT and challenge.applications_count:
            continue  # refused for a reason of its own
        if action is ChallengeAction.CANCEL and expected and any(step.holds_money for step in challenge.milestones):
            with pytest.raises(EscrowHeld):  # the table allows it, the money does not
                CHALLENGE_ACTIONS[action](challenge)
            continue
        try:
            after = CHALLENGE_ACTIONS[action](challenge)
        except (WrongState, ChallengeClosed):
            assert expected is None
        else:
            challenge = after or challenge
            assert challenge.status is expected


@pytest.mark.parametrize("table", [CHALLENGE_TABLE, APPLICATION_TABLE, SUBMISSION_TABLE])
def test_what_has_ended_has_ended(table: TransitionTable[Any, Any]) -> None:
    ended = {"completed", "cancelled", "accepted", "rejected", "withdrawn", "changes_requested", "approved"}
    assert {after for (before, _), after in table.rows.items() if before in ended} <= {ChallengeStatus.COMPLETED}


@pytest.mark.parametrize(
    ("heading", "table"),
    [
        ("Challenge", CHALLENGE_TABLE),
        ("Milestone", MILESTONE_TABLE),
        ("Application", APPLICATION_TABLE),
        ("Submission", SUBMISSION_TABLE),
    ],
)
def test_the_readme_shows_the_tables(heading: str, table: TransitionTable[StrEnum, StrEnum]) -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text()
    section = readme.split(f"### {heading}\n")[1].split("\n### ")[0].split("\n## ")[0]
    rows = [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in section.splitlines() if line.startswith("|")]
    assert [row[:3] for row in rows[2:]] == [(before.value, action.value, after.value) for (before, action), after in table.rows.items()]
