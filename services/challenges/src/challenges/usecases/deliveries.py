"""What becomes of a delivery that waits for a decision when something else decides."""

from datetime import datetime

from challenges.domain.challenge import Challenge
from challenges.domain.submission import Submission
from challenges.usecases.facts import submission_approved
from challenges.usecases.ports import UnitOfWork


def approve_waiting(work: UnitOfWork, before: Challenge, milestone_id: str, at: datetime) -> None:
    """Its milestone was paid: the delivery that it waited with `before` that is approved."""
    waiting = _waiting(work, before, milestone_id)
    if waiting is not None:
        submission = work.submissions.save(waiting.approve(at))
        work.emit(submission_approved(before, submission))


def supersede_waiting(work: UnitOfWork, before: Challenge, milestone_id: str, at: datetime) -> None:
    """Another takes its place. The event of that one tells it: nobody has asked for changes."""
    waiting = _waiting(work, before, milestone_id)
    if waiting is not None:
        work.submissions.save(waiting.supersede(at))


def _waiting(work: UnitOfWork, before: Challenge, milestone_id: str) -> Submission | None:
    waiting_id = before.milestone(milestone_id).awaiting
    return work.submissions.get(waiting_id) if waiting_id is not None else None
