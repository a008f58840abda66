"""A milestone: one step of an engagement, its money and its deliveries."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from challenges.domain.errors import MilestoneAlreadyApproved, MilestoneNotFunded, SubmissionUndecided
from challenges.domain.transitions import TransitionTable
from contracts.challenges.terms import MilestoneStatus
from contracts.money import Price


class MilestoneAction(StrEnum):
    AGREE = "agree"
    FUND = "fund"
    DELIVER = "deliver"
    RETURN = "return"
    APPROVE = "approve"
    RELEASE = "release"
    REFUND = "refund"


MILESTONE_TABLE = TransitionTable(
    {
        (MilestoneStatus.PLANNED, MilestoneAction.AGREE): MilestoneStatus.AGREED,
        (MilestoneStatus.AGREED, MilestoneAction.FUND): MilestoneStatus.FUNDED,
        (MilestoneStatus.AGREED, MilestoneAction.RETURN): MilestoneStatus.AGREED,
        (MilestoneStatus.FUNDED, MilestoneAction.FUND): MilestoneStatus.FUNDED,  # the refund between the two is late
        (MilestoneStatus.FUNDED, MilestoneAction.DELIVER): MilestoneStatus.FUNDED,
        (MilestoneStatus.FUNDED, MilestoneAction.RETURN): MilestoneStatus.FUNDED,
        (MilestoneStatus.FUNDED, MilestoneAction.APPROVE): MilestoneStatus.APPROVED,
        (MilestoneStatus.FUNDED, MilestoneAction.RELEASE): MilestoneStatus.RELEASED,
        (MilestoneStatus.FUNDED, MilestoneAction.REFUND): MilestoneStatus.AGREED,
        (MilestoneStatus.APPROVED, MilestoneAction.RELEASE): MilestoneStatus.RELEASED,
        (MilestoneStatus.APPROVED, MilestoneAction.REFUND): MilestoneStatus.APPROVED,
    }
)

_SETTLED = frozenset({MilestoneStatus.APPROVED, MilestoneStatus.RELEASED})


@dataclass(frozen=True, slots=True)
class Milestone:
    """`awaiting` is the submission that waits for a decision; `funds_sequence` the last escrow event that was applied."""

    id: str
    title: str
    amount: Price
    status: MilestoneStatus = MilestoneStatus.PLANNED
    attempts: int = 0
    awaiting: str | None = None
    funds_sequence: int = 0

    @property
    def settled(self) -> bool:
        """Whether the work for it is done with: approved, or paid."""
        return self.status in _SETTLED

    @property
    def untouched_by_money(self) -> bool:
        return self.status in (MilestoneStatus.PLANNED, MilestoneStatus.AGREED)

    def agree(self) -> Milestone:
        return replace(self, status=self._after(MilestoneAction.AGREE))

    def deliver(self, submission_id: str) -> Milestone:
        """A submission comes in.

        Raises:
            MilestoneNotFunded, MilestoneAlreadyApproved, SubmissionUndecided.
        """
        status = self._after(MilestoneAction.DELIVER)
        if self.awaiting is not None:
            raise SubmissionUndecided
        return replace(self, status=status, awaiting=submission_id, attempts=self.attempts + 1)

    def return_work(self) -> Milestone:
        """Changes are requested: the next submission may come."""
        return replace(self, status=self._after(MilestoneAction.RETURN), awaiting=None)

    def approve(self) -> Milestone:
        return replace(self, status=self._after(MilestoneAction.APPROVE), awaiting=None)

    def move_money(self, action: MilestoneAction, sequence: int) -> Milestone | None:
        """Apply what escrow reports, in the order of its sequence; a report older than the last one changes nothing.

        Returns None where the report cannot be true yet: one before it is still under way.
        """
        if sequence <= self.funds_sequence:
            return self
        status = MILESTONE_TABLE.after(self.status, action)
        if status is None:
            return None
        awaiting = None if status in _SETTLED else self.awaiting
        return replace(self, status=status, awaiting=awaiting, funds_sequence=sequence)

    def _after(self, action: MilestoneAction) -> MilestoneStatus:
        status = MILESTONE_TABLE.after(self.status, action)
        if status is None:
            raise MilestoneAlreadyApproved if self.settled else MilestoneNotFunded
        return status
