"""Whose looks a person's documents bear (decision 0074)."""

from __future__ import annotations

from datetime import datetime

from contracts.payments.entitlements import ORGANISATION_BRANDING
from payments.domain.documents.document import Branding
from payments.usecases.ports import UnitOfWork


def branding_of(work: UnitOfWork, recipient_id: str, at: datetime, platform: Branding, buyer_id: str | None = None) -> Branding:
    """Those of `buyer_id`, the organisation that the document is about, or of the one that the recipient chose for documents and is
    a member of: where its plan includes that and it has looks. Otherwise the platform's.
    """
    whose = buyer_id or _chosen(work, recipient_id)
    if whose is None or not work.subscribers.get(whose).entitlement.includes(ORGANISATION_BRANDING, at):
        return platform
    brand = work.brands.get(whose)
    return platform if brand is None else brand.over(platform)


def _chosen(work: UnitOfWork, user_id: str) -> str | None:
    organisation_id = work.billing.get(user_id).organisation_id
    return organisation_id if organisation_id is not None and member_of(work, organisation_id, user_id) else None


def member_of(work: UnitOfWork, organisation_id: str, user_id: str) -> bool:
    membership = work.memberships.get(organisation_id, user_id)
    return membership is not None and membership.current
