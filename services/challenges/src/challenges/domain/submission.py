"""A submission: one delivery of the solver for one milestone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from challenges.domain.challenge import Challenge
from challenges.domain.errors import SubmissionDecided
from challenges.domain.milestone import Milestone
from challenges.domain.transitions import TransitionTable
from contracts.challenges.terms import FileRef, SubmissionStatus


class SubmissionAction(StrEnum):
    REQUEST_CHANGES = "request_changes"
    SUPERSEDE = "supersede"
    APPROVE = "approve"


SUBMISSION_TABLE = TransitionTable(
    {
        (SubmissionStatus.SUBMITTED, SubmissionAction.REQUEST_CHANGES): SubmissionStatus.CHANGES_REQUESTED,
        (SubmissionStatus.SUBMITTED, SubmissionAction.SUPERSEDE): SubmissionStatus.CHANGES_REQUESTED,
        (SubmissionStatus.SUBMITTED, SubmissionAction.APPROVE): SubmissionStatus.APPROVED,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """The aggregate. `attempt` counts from 1 for each milestone."""

    id: str
    version: int = 1
    challenge_id: str
    challenger_id: str
    milestone_id: str
    solver_id: str
    attempt: int
    status: SubmissionStatus = SubmissionStatus.SUBMITTED
    notes: str
    files: tuple[FileRef, ...] = ()
    feedback: str | None = None
    created_at: datetime
    decided_at: datetime | None = None

    @classmethod
    def for_milestone(
        cls, challenge: Challenge, milestone: Milestone, *, notes: str, files: tuple[FileRef, ...], at: datetime
    ) -> Submission:
        """The delivery that the milestone now waits for."""
        if milestone.awaiting is None or challenge.solver_id is None:
            raise ValueError(f"{milestone.id} waits for no decision")
        return cls(
            id=milestone.awaiting,
            challenge_id=challenge.id,
            challenger_id=challenge.challenger_id,
            milestone_id=milestone.id,
            solver_id=challenge.solver_id,
            attempt=milestone.attempts,
            notes=notes,
            files=files,
            created_at=at,
        )

    def visible_to(self, viewer_id: str) -> bool:
        return viewer_id in (self.challenger_id, self.solver_id)

    def request_changes(self, feedback: str, at: datetime) -> Submission:
        return replace(self._decided(SubmissionAction.REQUEST_CHANGES, at), feedback=feedback)

    def supersede(self, at: datetime) -> Submission:
        """The solver delivers again in its place: it is as if it had been sent back, with nothing said about it."""
        return self._decided(SubmissionAction.SUPERSEDE, at)

    def approve(self, at: datetime) -> Submission:
        return self._decided(SubmissionAction.APPROVE, at)

    def _decided(self, action: SubmissionAction, at: datetime) -> Submission:
        status = SUBMISSION_TABLE.after(self.status, action)
        if status is None:
            raise SubmissionDecided
        return replace(self, status=status, decided_at=at)
