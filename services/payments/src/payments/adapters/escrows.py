"""Escrows in MongoDB."""

from __future__ import annotations

from dataclasses import replace

from pymongo.client_session import ClientSession

from chassis.documents import DocumentCollection
from contracts.payments.views import EscrowMilestoneStatus
from payments.adapters.documents import ChargeDocument, EscrowDocument, MilestoneDocument
from payments.adapters.inserting import insert
from payments.domain.escrow import Escrow, PayerAction
from payments.domain.milestone import Charge, Milestone


class MongoEscrows:
    def __init__(self, session: ClientSession) -> None:
        self._documents = DocumentCollection(EscrowDocument, session)

    def get(self, escrow_id: str) -> Escrow | None:
        document = self._documents.get(escrow_id)
        return None if document is None else _escrow(document)

    def of_challenge(self, challenge_id: str) -> Escrow | None:
        found = self._documents.find({"challenge_id": challenge_id}, limit=1)
        return _escrow(found[0]) if found else None

    def of_payee(self, user_id: str) -> list[Escrow]:
        return [_escrow(document) for document in self._documents.find({"payee_id": user_id})]

    def active_of_payee(self, user_id: str) -> list[Escrow]:
        return [_escrow(document) for document in self._documents.find({"active_payee_id": user_id})]

    def add(self, escrow: Escrow) -> None:
        insert(self._documents, _document(escrow))

    def save(self, escrow: Escrow) -> Escrow:
        self._documents.replace(_document(escrow), escrow.version)
        return replace(escrow, version=escrow.version + 1)


def _document(escrow: Escrow) -> EscrowDocument:
    return EscrowDocument(
        id=escrow.id,
        version=escrow.version,
        challenge_id=escrow.challenge_id,
        challenge_title=escrow.challenge_title,
        payer_id=escrow.payer_id,
        payee_id=escrow.payee_id,
        active_payee_id=escrow.payee_id if escrow.holds_or_awaits_money else None,
        currency=escrow.currency,
        fee_basis_points=escrow.fee_basis_points,
        milestones=[_milestone_document(step) for step in escrow.milestones],
        closed=escrow.closed,
        action_url=escrow.action.url if escrow.action else None,
        action_client_secret=escrow.action.client_secret if escrow.action else None,
        action_expires_at=escrow.action.expires_at if escrow.action else None,
        created_at=escrow.created_at,
    )


def _milestone_document(step: Milestone) -> MilestoneDocument:
    charge = step.charge
    return MilestoneDocument(
        milestone_id=step.id,
        title=step.title,
        amount=step.amount,
        status=step.status.value,
        funded=step.funded,
        held=step.held,
        released=step.released,
        refunded=step.refunded,
        fees=step.fees,
        moving=step.moving,
        saga_id=step.saga_id,
        charge=None if charge is None else ChargeDocument(intent_id=charge.intent_id, charge_id=charge.charge_id),
        delivered=step.delivered,
        approved=step.approved,
    )


def _escrow(document: EscrowDocument) -> Escrow:
    return Escrow(
        id=document.id,
        version=document.version,
        challenge_id=document.challenge_id,
        challenge_title=document.challenge_title,
        payer_id=document.payer_id,
        payee_id=document.payee_id,
        currency=document.currency,
        fee_basis_points=document.fee_basis_points,
        milestones=tuple(_milestone(step) for step in document.milestones),
        created_at=document.created_at,
        closed=document.closed,
        action=_action(document),
    )


def _action(document: EscrowDocument) -> PayerAction | None:
    """Escrows written before the deadline was kept show no action: their saga gives up within the hour."""
    if document.action_expires_at is None:
        return None
    return PayerAction(document.action_url, document.action_client_secret, document.action_expires_at)


def _milestone(document: MilestoneDocument) -> Milestone:
    charge = document.charge
    return Milestone(
        id=document.milestone_id,
        title=document.title,
        amount=document.amount,
        status=EscrowMilestoneStatus(document.status),
        funded=document.funded,
        held=document.held,
        released=document.released,
        refunded=document.refunded,
        fees=document.fees,
        moving=document.moving,
        saga_id=document.saga_id,
        charge=None if charge is None else Charge(charge.intent_id, charge.charge_id),
        delivered=document.delivered,
        approved=document.approved,
    )
