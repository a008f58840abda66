"""Who administers an organisation, in MongoDB."""

from __future__ import annotations

from pymongo.client_session import ClientSession

from chassis.documents import DocumentCollection
from contracts.identity.organisation_views import OrganisationRole
from payments.adapters.inserting import put
from payments.adapters.subscription_documents import MembershipDocument
from payments.domain.subscriptions.membership import Membership


class MongoMemberships:
    def __init__(self, session: ClientSession) -> None:
        self._documents = DocumentCollection(MembershipDocument, session)

    def get(self, organisation_id: str, user_id: str) -> Membership | None:
        document = self._documents.get(f"{organisation_id}:{user_id}")
        if document is None:
            return None
        role = OrganisationRole(document.role) if document.role else None
        return Membership(organisation_id, user_id, role, document.sequence, document.version)

    def put(self, membership: Membership) -> None:
        document = MembershipDocument(
            id=f"{membership.organisation_id}:{membership.user_id}",
            version=max(membership.version, 1),
            user_id=membership.user_id,
            role=membership.role.value if membership.role else None,
            sequence=membership.sequence,
        )
        put(self._documents, document, membership.version)
