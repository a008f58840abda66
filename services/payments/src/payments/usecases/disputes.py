"""What the use cases about disputes share: who may see one, how it is shown, what is told of it."""

from __future__ import annotations

from typing import TypedDict

from chassis.principal import Principal
from contracts.identity.roles import Role
from contracts.money import Money, Price
from contracts.payments.dispute_views import DecisionView, DisputeView, EvidenceView
from payments.domain.dispute import Dispute
from payments.domain.dispute_errors import DisputeNotFound, NotAMediator
from payments.domain.escrow import Escrow
from payments.usecases.facts import parties
from payments.usecases.ports import UnitOfWork
from payments.usecases.sagas.recording import escrow_of
from payments.usecases.views import is_finance, is_party


def is_mediator(principal: Principal) -> bool:
    return is_finance(principal) or principal.has(Role.MODERATOR)


def visible_dispute(work: UnitOfWork, dispute_id: str, principal: Principal) -> tuple[Dispute, Escrow]:
    """A dispute and its escrow, for payer, payee and those who mediate.

    Raises:
        DisputeNotFound: for everybody else, as if it did not exist.
    """
    dispute = work.disputes.get(dispute_id)
    if dispute is None:
        raise DisputeNotFound
    escrow = escrow_of(work, dispute.escrow_id)
    if principal.user_id not in (escrow.payer_id, escrow.payee_id) and not is_mediator(principal):
        raise DisputeNotFound
    return dispute, escrow


def for_mediation(work: UnitOfWork, dispute_id: str, principal: Principal) -> tuple[Dispute, Escrow]:
    """As `visible_dispute`, for somebody neutral.

    Raises:
        DisputeNotFound.
        NotAMediator: a party, or one of the payee's team, even with the role.
    """
    dispute, escrow = visible_dispute(work, dispute_id, principal)
    if not is_mediator(principal) or is_party(escrow, principal):
        raise NotAMediator
    return dispute, escrow


class Told(TypedDict):
    """What every event of a dispute tells."""

    dispute_id: str
    escrow_id: str
    challenge_id: str
    challenge_title: str
    payer_id: str
    payee_id: str
    opened_by: str
    amount: Price


def told(dispute: Dispute, escrow: Escrow) -> Told:
    amount = Price(amount_minor=dispute.amount, currency=dispute.currency)
    return {**parties(escrow), "dispute_id": dispute.id, "opened_by": dispute.opened_by, "amount": amount}


def dispute_view(dispute: Dispute, escrow: Escrow) -> DisputeView:
    made = dispute.decision
    return DisputeView(
        id=dispute.id,
        version=dispute.version,
        escrow_id=dispute.escrow_id,
        challenge_id=escrow.challenge_id,
        opened_by=dispute.opened_by,
        respondent_id=dispute.respondent_id,
        amount=Price(amount_minor=dispute.amount, currency=dispute.currency),
        reason=dispute.reason,
        status=dispute.status,
        answer=dispute.answer,
        answer_due_at=dispute.answer_due_at,
        evidence=tuple(
            EvidenceView(author_id=one.author_id, title=one.title, text=one.text, added_at=one.added_at) for one in dispute.evidence
        ),
        mediator_id=dispute.mediator_id,
        decision=None
        if made is None
        else DecisionView(
            to_payee=Money(amount_minor=made.to_payee, currency=dispute.currency),
            to_payer=Money(amount_minor=made.to_payer, currency=dispute.currency),
            reason=made.reason,
            decided_by=made.decided_by,
            confirmed_by=made.confirmed_by,
        ),
        lapsed=dispute.lapsed,
        opened_at=dispute.opened_at,
        updated_at=dispute.updated_at,
    )
