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
        (MilestoneStatus.APPROVED, MilestoneAction.FUND): MilestoneStatus.APPROVED,  # a refund came back from the bank
        (MilestoneStatus.APPROVED, MilestoneAction.RELEASE): MilestoneStatus.RELEASED,
        (MilestoneStatus.APPROVED, MilestoneAction.REFUND): MilestoneStatus.APPROVED,
        (MilestoneStatus.RELEASED, MilestoneAction.FUND): MilestoneStatus.RELEASED,  # likewise, and its ways out:
        (MilestoneStatus.RELEASED, MilestoneAction.RELEASE): MilestoneStatus.RELEASED,
        (MilestoneStatus.RELEASED, MilestoneAction.REFUND): MilestoneStatus.RELEASED,
    }
)

_SETTLED = frozenset({MilestoneStatus.APPROVED, MilestoneStatus.RELEASED})


@dataclass(frozen=True, slots=True)
class Milestone:
    """`awaiting` is the submission that waits for a decision; `funds_sequence` the last escrow event that was applied.

    `replaceable`: the submission waits since before its money was brought in anew, so that another may take its place.
    `given_back`: the work is approved, and what was held for it went back.
    """

    id: str
    title: str
    amount: Price
    status: MilestoneStatus = MilestoneStatus.PLANNED
    attempts: int = 0
    awaiting: str | None = None
    funds_sequence: int = 0
    replaceable: bool = False
    given_back: bool = False

    @property
    def settled(self) -> bool:
        """Whether the work for it is done with: approved, or paid."""
        return self.status in _SETTLED

    @property
    def holds_money(self) -> bool:
        """Whether escrow holds what its work is paid with. (What a bank returns after it was paid waits in payments for a decision.)"""
        return self.status is MilestoneStatus.FUNDED or (self.status is MilestoneStatus.APPROVED and not self.given_back)

    def agree(self) -> Milestone:
        return replace(self, status=self._after(MilestoneAction.AGREE))

    def deliver(self, submission_id: str) -> Milestone:
        """A submission comes in. It takes the place of one that is `replaceable`: no silence accepts that any more.

        Raises:
            MilestoneNotFunded, MilestoneAlreadyApproved, SubmissionUndecided.
        """
        status = self._after(MilestoneAction.DELIVER)
        if self.awaiting is not None and not self.replaceable:
            raise SubmissionUndecided
        return replace(self, status=status, awaiting=submission_id, replaceable=False, attempts=self.attempts + 1)

    def return_work(self) -> Milestone:
        """Changes are requested: the next submission may come."""
        return replace(self, status=self._after(MilestoneAction.RETURN), awaiting=None, replaceable=False)

    def approve(self) -> Milestone:
        return replace(self, status=self._after(MilestoneAction.APPROVE), awaiting=None, replaceable=False)

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
        return replace(
            self,
            status=status,
            awaiting=awaiting,
            funds_sequence=sequence,
            replaceable=awaiting is not None and (self.replaceable or action is MilestoneAction.FUND),
            given_back=status is MilestoneStatus.APPROVED and action is MilestoneAction.REFUND,
        )

    def _after(self, action: MilestoneAction) -> MilestoneStatus:
        status = MILESTONE_TABLE.after(self.status, action)
        if status is None:
            raise MilestoneAlreadyApproved if self.settled else MilestoneNotFunded
        return status
