"""Escrows in MongoDB."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime

from pymongo.client_session import ClientSession

from chassis.documents import DocumentCollection
from contracts.payments.views import MilestoneKind
from payments.adapters.escrow_documents import (
    ChargeDocument,
    EscrowDocument,
    HandDocument,
    MemberDocument,
    MilestoneDocument,
    WaitingDocument,
)
from payments.adapters.inserting import insert
from payments.domain.escrow import Escrow
from payments.domain.fees import next_share
from payments.domain.milestone import Charge, Hand, Milestone, Status
from payments.domain.payer_action import PayerAction
from payments.domain.splits import Member
from payments.domain.waiting import Waiting


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

    def due_for_silent_release(self, at: datetime, limit: int) -> list[str]:
        query = {"awaits_release": True, "release_due_at": {"$lte": at}}
        return [row["_id"] for row in self._documents.rows(query, sort=[("release_due_at", 1)], limit=limit)]

    def after(self, escrow_id: str, limit: int) -> list[str]:
        return [row["_id"] for row in self._documents.rows({"_id": {"$gt": escrow_id}}, sort=[("_id", 1)], limit=limit)]

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
        frozen=escrow.frozen,
        team=[MemberDocument(user_id=member.user_id, basis_points=member.basis_points) for member in escrow.team],
        waiting=[WaitingDocument(**asdict(one)) for one in escrow.waiting],
        awaits_release=True if escrow.release_due_at else None,
        release_due_at=escrow.release_due_at,
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
        disputed=step.disputed,
        moving=step.moving,
        saga_id=step.hands[0].saga_id if step.hands else step.saga_id,
        hands=[HandDocument(**asdict(hand), charged_back=bool(hand.by_bank) and not hand.to_be_paid) for hand in step.hands],
        charge=None if charge is None else ChargeDocument(intent_id=charge.intent_id, charge_id=charge.charge_id),
        delivered=step.delivered,
        approved=step.approved,
        release_due_at=step.release_due_at,
        work_sequence=step.work_sequence,
        kind=step.kind.value,
        sponsored=step.sponsored,
        by_credit=step.by_credit,
        taken_back=step.taken_back,
        fees_taken_back=step.fees_taken_back,
        spent=step.spent,
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
        milestones=tuple(_milestone(step, document.fee_basis_points) for step in document.milestones),
        created_at=document.created_at,
        closed=document.closed,
        action=_action(document),
        frozen=document.frozen,
        team=tuple(Member(member.user_id, member.basis_points) for member in document.team),
        waiting=tuple(Waiting(one.saga_id, one.payee_id, one.net) for one in document.waiting),
    )


def _action(document: EscrowDocument) -> PayerAction | None:
    """Escrows written before the deadline was kept show no action: their saga gives up within the hour."""
    if document.action_expires_at is None:
        return None
    return PayerAction(document.action_url, document.action_client_secret, document.action_expires_at)


def _milestone(document: MilestoneDocument, basis_points: int) -> Milestone:
    charge, hands = document.charge, _hands(document, basis_points)
    return Milestone(
        id=document.milestone_id,
        title=document.title,
        amount=document.amount,
        status=Status(document.status),
        funded=document.funded,
        held=document.held,
        released=document.released,
        refunded=document.refunded,
        fees=document.fees,
        disputed=document.disputed,
        saga_id=None if hands else document.saga_id,
        hands=hands,
        charge=None if charge is None else Charge(charge.intent_id, charge.charge_id),
        delivered=document.delivered,
        approved=document.approved,
        release_due_at=document.release_due_at,
        work_sequence=document.work_sequence,
        kind=MilestoneKind(document.kind),
        sponsored=document.sponsored,
        by_credit=document.by_credit,
        taken_back=document.taken_back,
        fees_taken_back=document.fees_taken_back,
        spent=document.spent,
    )


def _hands(document: MilestoneDocument, basis_points: int) -> tuple[Hand, ...]:
    if document.hands:
        return tuple(
            Hand(hand.saga_id, hand.gross, hand.fee, hand.to_payer, hand.owed, hand.paid, hand.sponsored, _by_bank(hand))
            for hand in document.hands
        )
    if not document.moving:
        return ()
    # Written by a version that knew of one movement at a time, and kept its fee in the saga alone.
    if document.status == Status.REFUNDING:
        return (Hand(document.saga_id, document.moving, to_payer=True),)
    before = document.released + document.fees
    share = next_share(document.moving, released_before=before, fees_before=document.fees, basis_points=basis_points)
    return (Hand(document.saga_id, share.gross, share.fee),)


def _by_bank(hand: HandDocument) -> int:
    if hand.by_bank is not None:
        return int(hand.by_bank)
    return int(hand.gross - hand.sponsored) if hand.charged_back else 0
