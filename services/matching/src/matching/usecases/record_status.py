"""Keep what became of a challenge."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.retry import NotYet
from contracts.challenges.events import ApplicationAccepted, ChallengeCancelled, ChallengeCompleted
from contracts.challenges.terms import ChallengeStatus
from matching.usecases.ports import Begin, UnitOfWork


@dataclass(frozen=True, slots=True)
class RecordStatusHandler:
    unit_of_work: Begin

    def __call__(self, event: ApplicationAccepted | ChallengeCancelled | ChallengeCompleted, sequence: int) -> None:
        """Whoever completed it has shown what they can do. `sequence` is the event's place among those of this challenge.

        Raises:
            NotYet: its publication, or the solver's registration, is still under way.
        """
        with self.unit_of_work() as work:
            if isinstance(event, ChallengeCancelled) and event.previous_status is ChallengeStatus.DRAFT:
                return  # never published, so never heard of
            if work.erased(event.challenger_id):
                return
            before = work.challenges.get(event.challenge_id)
            if before is None:
                raise NotYet(event.challenge_id)
            after = before.moved(_status(event), sequence)
            if after != before:
                work.challenges.save(after)
            if isinstance(event, ChallengeCompleted):
                _credit(work, event)


def _status(event: ApplicationAccepted | ChallengeCancelled | ChallengeCompleted) -> ChallengeStatus:
    if isinstance(event, ApplicationAccepted):
        return ChallengeStatus.IN_PROGRESS
    return ChallengeStatus.CANCELLED if isinstance(event, ChallengeCancelled) else ChallengeStatus.COMPLETED


def _credit(work: UnitOfWork, event: ChallengeCompleted) -> None:
    if work.erased(event.solver_id):
        return
    challenge, solver = work.challenges.get(event.challenge_id), work.solvers.get(event.solver_id)
    if challenge is None or solver is None:
        raise NotYet(event.solver_id)
    after = solver.finished(challenge.id, challenge.content.difficulty)
    if after != solver:
        work.solvers.save(after)
