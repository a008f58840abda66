"""What payments shows of disputes over held money."""

from enum import StrEnum

from contracts.base import UtcDatetime, View
from contracts.ids import ChallengeId, DisputeId, EscrowId, UserId
from contracts.money import Money, Price


class DisputeStatus(StrEnum):
    """`decision_proposed`: decided by one, waiting for a second pair of eyes."""

    OPEN = "open"
    ANSWERED = "answered"
    MEDIATION = "mediation"
    DECISION_PROPOSED = "decision_proposed"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"


class EvidenceView(View):
    author_id: UserId
    title: str
    text: str
    added_at: UtcDatetime


class DecisionView(View):
    """Of what was disputed `to_payee` (gross) goes to the solver and `to_payer` back. `confirmed_by` where two had to agree."""

    to_payee: Money
    to_payer: Money
    reason: str
    decided_by: UserId
    confirmed_by: UserId | None = None


class DisputeView(View):
    """`lapsed` when it was not withdrawn by its opener: the payer's bank has taken back what it was about."""

    id: DisputeId
    version: int
    escrow_id: EscrowId
    challenge_id: ChallengeId
    opened_by: UserId
    respondent_id: UserId
    amount: Price
    reason: str
    status: DisputeStatus
    answer: str | None = None
    answer_due_at: UtcDatetime
    evidence: tuple[EvidenceView, ...] = ()
    mediator_id: UserId | None = None
    decision: DecisionView | None = None
    lapsed: bool = False
    opened_at: UtcDatetime
    updated_at: UtcDatetime
