"""Disputes in MongoDB."""

from __future__ import annotations

from dataclasses import asdict, replace

from pymongo.client_session import ClientSession

from chassis.documents import DocumentCollection
from contracts.payments.dispute_views import DisputeStatus
from payments.adapters.documents import DecisionDocument, DisputeDocument, DisputedPartDocument, EvidenceDocument
from payments.adapters.inserting import insert
from payments.domain.dispute import Decision, Dispute, Evidence


class MongoDisputes:
    def __init__(self, session: ClientSession) -> None:
        self._documents = DocumentCollection(DisputeDocument, session)

    def get(self, dispute_id: str) -> Dispute | None:
        document = self._documents.get(dispute_id)
        return None if document is None else _dispute(document)

    def of_escrow(self, escrow_id: str) -> list[Dispute]:
        return [_dispute(document) for document in self._documents.find({"escrow_id": escrow_id}, sort=[("_id", -1)])]

    def add(self, dispute: Dispute) -> None:
        insert(self._documents, _document(dispute))

    def save(self, dispute: Dispute) -> Dispute:
        self._documents.replace(_document(dispute), dispute.version)
        return replace(dispute, version=dispute.version + 1)


def _document(dispute: Dispute) -> DisputeDocument:
    return DisputeDocument(
        id=dispute.id,
        version=dispute.version,
        escrow_id=dispute.escrow_id,
        opened_by=dispute.opened_by,
        respondent_id=dispute.respondent_id,
        parts=[DisputedPartDocument(milestone_id=milestone_id, amount=amount) for milestone_id, amount in dispute.parts],
        currency=dispute.currency,
        reason=dispute.reason,
        opened_at=dispute.opened_at,
        updated_at=dispute.updated_at,
        status=dispute.status.value,
        answer=dispute.answer,
        evidence=[EvidenceDocument(**asdict(one)) for one in dispute.evidence],
        mediator_id=dispute.mediator_id,
        decision=None if dispute.decision is None else DecisionDocument(**asdict(dispute.decision)),
        lapsed=dispute.lapsed,
    )


def _dispute(document: DisputeDocument) -> Dispute:
    made = document.decision
    return Dispute(
        id=document.id,
        version=document.version,
        escrow_id=document.escrow_id,
        opened_by=document.opened_by,
        respondent_id=document.respondent_id,
        parts=tuple((part.milestone_id, part.amount) for part in document.parts),
        currency=document.currency,
        reason=document.reason,
        opened_at=document.opened_at,
        updated_at=document.updated_at,
        status=DisputeStatus(document.status),
        answer=document.answer,
        evidence=tuple(Evidence(one.author_id, one.title, one.text, one.added_at) for one in document.evidence),
        mediator_id=document.mediator_id,
        decision=None if made is None else Decision(made.to_payee, made.to_payer, made.reason, made.decided_by, made.confirmed_by),
        lapsed=bool(document.lapsed),
    )
