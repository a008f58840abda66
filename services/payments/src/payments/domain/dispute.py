"""Disputes over held money: reason, answer, evidence, mediation, decision; the one table of how they go."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from contracts.payments.dispute_views import DisputeStatus as Status
from payments.domain.dispute_errors import DecisionNotWhole, DisputeOver, NotYetAnswered, SameEyes, WrongDisputeState

ANSWER_WINDOW = timedelta(days=7)  # after that it is mediated without an answer


class Action(StrEnum):
    ANSWER = "answer"
    ADD_EVIDENCE = "add_evidence"
    MEDIATE = "mediate"
    PROPOSE = "propose"
    DECIDE = "decide"
    CONFIRM = "confirm"
    SEND_BACK = "send_back"
    WITHDRAW = "withdraw"
    LESSEN = "lessen"  # some of the money is not there to be decided about any more
    LAPSE = "lapse"  # none of it is


# The whole life of a dispute. What is not listed does not happen.
TRANSITIONS: dict[tuple[Status, Action], Status] = {
    (Status.OPEN, Action.ANSWER): Status.ANSWERED,
    (Status.OPEN, Action.ADD_EVIDENCE): Status.OPEN,
    (Status.OPEN, Action.MEDIATE): Status.MEDIATION,
    (Status.OPEN, Action.WITHDRAW): Status.WITHDRAWN,
    (Status.ANSWERED, Action.ADD_EVIDENCE): Status.ANSWERED,
    (Status.ANSWERED, Action.MEDIATE): Status.MEDIATION,
    (Status.ANSWERED, Action.WITHDRAW): Status.WITHDRAWN,
    (Status.MEDIATION, Action.ADD_EVIDENCE): Status.MEDIATION,
    (Status.MEDIATION, Action.PROPOSE): Status.DECISION_PROPOSED,
    (Status.MEDIATION, Action.DECIDE): Status.DECIDED,
    (Status.MEDIATION, Action.WITHDRAW): Status.WITHDRAWN,
    (Status.DECISION_PROPOSED, Action.CONFIRM): Status.DECIDED,
    (Status.DECISION_PROPOSED, Action.SEND_BACK): Status.MEDIATION,
    (Status.OPEN, Action.LESSEN): Status.OPEN,
    (Status.ANSWERED, Action.LESSEN): Status.ANSWERED,
    (Status.MEDIATION, Action.LESSEN): Status.MEDIATION,
    (Status.DECISION_PROPOSED, Action.LESSEN): Status.MEDIATION,
    (Status.OPEN, Action.LAPSE): Status.WITHDRAWN,
    (Status.ANSWERED, Action.LAPSE): Status.WITHDRAWN,
    (Status.MEDIATION, Action.LAPSE): Status.WITHDRAWN,
    (Status.DECISION_PROPOSED, Action.LAPSE): Status.WITHDRAWN,
}
OVER = frozenset({Status.DECIDED, Status.WITHDRAWN})


@dataclass(frozen=True, slots=True)
class Evidence:
    author_id: str
    title: str
    text: str
    added_at: datetime


@dataclass(frozen=True, slots=True)
class Decision:
    to_payee: int
    to_payer: int
    reason: str
    decided_by: str
    confirmed_by: str | None = None


@dataclass(frozen=True, slots=True)
class Dispute:
    """`parts` are the amounts kept, by milestone, in minor units of the escrow's currency."""

    id: str
    version: int
    escrow_id: str
    opened_by: str
    respondent_id: str
    parts: tuple[tuple[str, int], ...]
    currency: str
    reason: str
    opened_at: datetime
    updated_at: datetime
    status: Status = Status.OPEN
    answer: str | None = None
    evidence: tuple[Evidence, ...] = ()
    mediator_id: str | None = None
    decision: Decision | None = None
    lapsed: bool = False  # it was not withdrawn by its opener: a bank has given the payer all that it was about

    @property
    def amount(self) -> int:
        return sum(amount for _, amount in self.parts)

    @property
    def answer_due_at(self) -> datetime:
        return self.opened_at + ANSWER_WINDOW

    def answered(self, text: str, at: datetime) -> Dispute:
        """Raises:
        DisputeOver, WrongDisputeState.
        """
        return replace(self._after(Action.ANSWER, at), answer=text)

    def with_evidence(self, evidence: Evidence) -> Dispute:
        """Raises:
        DisputeOver, WrongDisputeState.
        """
        return replace(self._after(Action.ADD_EVIDENCE, evidence.added_at), evidence=(*self.evidence, evidence))

    def mediated(self, mediator_id: str, at: datetime) -> Dispute:
        """Raises:
        DisputeOver, WrongDisputeState.
        NotYetAnswered: the other side still has time to answer.
        """
        after = self._after(Action.MEDIATE, at)
        if self.answer is None and at < self.answer_due_at:
            raise NotYetAnswered
        return replace(after, mediator_id=mediator_id)

    def decided(self, decision: Decision, at: datetime, *, four_eyes: bool) -> Dispute:
        """Decided, or with `four_eyes` proposed to a second person.

        Raises:
            DisputeOver, WrongDisputeState.
            DecisionNotWhole: the parts are not what is disputed.
        """
        after = self._after(Action.PROPOSE if four_eyes else Action.DECIDE, at)
        if decision.to_payee + decision.to_payer != self.amount:
            raise DecisionNotWhole(self.amount)
        return replace(after, decision=decision)

    def confirmed(self, by: str, at: datetime) -> Dispute:
        """Raises:
        DisputeOver, WrongDisputeState.
        SameEyes: it is the one who proposed it.
        """
        after = self._after(Action.CONFIRM, at)
        return replace(after, decision=replace(self._proposed(by), confirmed_by=by))

    def sent_back(self, by: str, at: datetime) -> Dispute:
        """Raises:
        DisputeOver, WrongDisputeState, SameEyes.
        """
        after = self._after(Action.SEND_BACK, at)
        self._proposed(by)
        return replace(after, decision=None)

    def withdrawn(self, at: datetime) -> Dispute:
        """Raises:
        DisputeOver, WrongDisputeState.
        """
        return self._after(Action.WITHDRAW, at)

    def without(self, milestone_id: str, amount: int, at: datetime) -> Dispute:
        """Less what the payer has from the bank: a decision that was proposed for more is to be made anew. With nothing left it is over,
        and shows what it was about.

        Raises:
            DisputeOver.
        """
        parts = tuple((id, part - amount if id == milestone_id else part) for id, part in self.parts)
        left = tuple((id, part) for id, part in parts if part)
        if not left:
            return replace(self._after(Action.LAPSE, at), lapsed=True)
        return replace(self._after(Action.LESSEN, at), parts=left, decision=None)

    def awards(self) -> tuple[tuple[str, int, int], ...]:
        """What the decision gives of each milestone: to the payee, and back. The payee's comes from the first milestones."""
        left = self.decision.to_payee if self.decision else 0
        awards = []
        for milestone_id, amount in self.parts:
            to_payee = min(left, amount)
            left -= to_payee
            awards.append((milestone_id, to_payee, amount - to_payee))
        return tuple(awards)

    def _proposed(self, by: str) -> Decision:
        if self.decision is None:
            raise WrongDisputeState
        if self.decision.decided_by == by:
            raise SameEyes
        return self.decision

    def _after(self, action: Action, at: datetime) -> Dispute:
        if self.status in OVER:
            raise DisputeOver
        try:
            return replace(self, status=TRANSITIONS[self.status, action], updated_at=at)
        except KeyError:
            raise WrongDisputeState from None
