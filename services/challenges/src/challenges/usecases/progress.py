"""Telling others how far a challenge has come."""

from challenges.domain.challenge import Challenge
from challenges.usecases.facts import completed, updated
from challenges.usecases.ports import UnitOfWork
from contracts.challenges.terms import ChallengeStatus


def tell_of_progress(work: UnitOfWork, before: Challenge, challenge: Challenge) -> None:
    """Tell readers of the new state, and, if this was the last step, that the challenge is completed."""
    work.emit(updated(challenge))
    if challenge.status is ChallengeStatus.COMPLETED and before.status is not ChallengeStatus.COMPLETED:
        work.emit(completed(challenge))
