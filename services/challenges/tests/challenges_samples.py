"""Aggregates to keep and to find again, and the storage that keeps them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from challenges_market import START, TWO_STEPS, euros

from challenges.domain.application import Application
from challenges.domain.challenge import Challenge
from challenges.domain.milestone import Milestone
from challenges.domain.review import Review
from challenges.domain.submission import Submission
from challenges.usecases.ports import Begin, Repositories
from chassis.ids import new_id
from contracts.challenges.terms import (
    ApplicationStatus,
    CancelReason,
    Category,
    ChallengeStatus,
    Difficulty,
    FileRef,
    MilestoneStatus,
    RejectReason,
    SubmissionStatus,
    Visibility,
)


@dataclass(frozen=True)
class Storage:
    """One way of keeping what challenges keeps: in a transaction, and read outside of one."""

    begin: Begin
    reads: Repositories


FILES = (FileRef(name="model.pdf", url="https://example.org/model.pdf", size_bytes=1024, media_type="application/pdf"),)
BARE_FILES = (FileRef(name="notes", url="https://example.org/notes"),)


def challenge(**fields: Any) -> Challenge:
    """An open public challenge."""
    sample = Challenge(
        id=new_id("challenge"),
        status=ChallengeStatus.OPEN,
        challenger_id=new_id("user"),
        title="Predict churn",
        description="<p>From our data.</p>",
        category=Category.DATA,
        difficulty=Difficulty.ADVANCED,
        skills=("python",),
        tags=("churn",),
        reward=TWO_STEPS,
        milestones=(Milestone(new_id("milestone"), "Design", euros(60_000)), Milestone(new_id("milestone"), "Build", euros(40_000))),
        deadline=START + timedelta(days=30),
        created_at=START,
        updated_at=START,
        published_at=START,
    )
    return replace(sample, **fields)


def full_challenge() -> Challenge:
    """One in which no field is empty."""
    sample = challenge()
    first, second = sample.milestones
    return replace(
        sample,
        status=ChallengeStatus.CANCELLED,
        milestones=(
            replace(first, status=MilestoneStatus.FUNDED, attempts=2, awaiting=new_id("submission"), funds_sequence=3, replaceable=True),
            replace(second, status=MilestoneStatus.APPROVED, attempts=1, funds_sequence=4, given_back=True),
        ),
        visibility=Visibility.PRIVATE,
        invited_user_ids=(new_id("user"),),
        applications_count=4,
        accepted_application_id=new_id("application"),
        solver_id=new_id("user"),
        cancel_reason=CancelReason.NO_LONGER_NEEDED,
        reviewed_by=(new_id("user"),),
        completed_at=START + timedelta(days=3, milliseconds=7),
    )


def application(**fields: Any) -> Application:
    """A pending one."""
    sample = Application(
        id=new_id("application"),
        challenge_id=new_id("challenge"),
        challenge_title="Predict churn",
        challenger_id=new_id("user"),
        applicant_id=new_id("user"),
        proposal="I can do this.",
        timeline_days=10,
        budget=euros(50_000),
        attachments=FILES + BARE_FILES,
        created_at=START,
        updated_at=START,
    )
    return replace(sample, **fields)


def full_application() -> Application:
    return application(status=ApplicationStatus.REJECTED, reject_reason=RejectReason.DECLINED)


def submission(**fields: Any) -> Submission:
    sample = Submission(
        id=new_id("submission"),
        challenge_id=new_id("challenge"),
        challenger_id=new_id("user"),
        milestone_id=new_id("milestone"),
        solver_id=new_id("user"),
        attempt=1,
        notes="Done.",
        files=FILES,
        created_at=START,
    )
    return replace(sample, **fields)


def full_submission() -> Submission:
    return submission(status=SubmissionStatus.CHANGES_REQUESTED, feedback="More.", decided_at=START)


def review(**fields: Any) -> Review:
    """A hidden one."""
    sample = Review(
        id=new_id("review"),
        challenge_id=new_id("challenge"),
        author_id=new_id("user"),
        subject_id=new_id("user"),
        rating=4,
        text="Good work.",
        created_at=START,
        window_closes_at=START + timedelta(days=14),
    )
    return replace(sample, **fields)
