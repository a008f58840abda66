"""What goes with the end of a challenge that is not done: applicants are let go, and everybody concerned is told."""

from datetime import datetime

from challenges.domain.challenge import Challenge
from challenges.usecases.facts import application_rejected, cancelled, updated
from challenges.usecases.ports import UnitOfWork
from contracts.challenges.terms import RejectReason


def end(work: UnitOfWork, before: Challenge, ended: Challenge, at: datetime) -> Challenge:
    """Keep it as ended and close what was still pending; gives it as it was saved.

    Raises:
        StaleVersion: it was changed since it was read.
    """
    challenge = work.challenges.save(ended)
    work.emit(cancelled(before, challenge))
    let_go(work, challenge.id, RejectReason.CHALLENGE_CANCELLED, at)
    work.emit(updated(challenge))
    return challenge


def let_go(work: UnitOfWork, challenge_id: str, reason: RejectReason, at: datetime) -> None:
    """Close every application that is still pending, and tell its applicant why."""
    for application in work.applications.pending_to(challenge_id):
        work.applications.save(application.reject(reason, at))
        work.emit(application_rejected(application, reason))
