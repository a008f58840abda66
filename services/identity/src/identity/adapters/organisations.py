"""Organisations, their members and invitations in MongoDB."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from pymongo import ASCENDING, DESCENDING
from pymongo.client_session import ClientSession
from pymongo.errors import DuplicateKeyError

from chassis.documents import DocumentCollection
from contracts.identity.organisation_views import InvitationStatus, OrganisationRole, SupportTier
from identity.adapters.organisation_documents import InvitationDocument, MemberDocument, OrganisationDocument, PlaceDocument
from identity.domain.account import email_key
from identity.domain.organisation import Invitation, Looks, Member, Organisation, OwnDomain, Sso, member_id
from identity.domain.organisation_errors import AlreadyMember, DomainTaken, InvitationExists


class MongoOrganisations:
    """The port Organisations; without a session for reads outside a transaction."""

    def __init__(self, session: ClientSession | None = None) -> None:
        self._rows = DocumentCollection(OrganisationDocument, session)
        self._places = DocumentCollection(PlaceDocument, session)

    def get(self, organisation_id: str) -> Organisation | None:
        found = self._rows.get(organisation_id)
        return _organisation(found) if found else None

    def of_domain(self, domain: str) -> Organisation | None:
        place = self._places.row(domain)
        return self.get(place["taken_by"]) if place else None

    def add(self, organisation: Organisation) -> None:
        self._rows.insert(_organisation_document(organisation))

    def save(self, organisation: Organisation) -> None:
        before = self.get(organisation.id)
        self._rows.replace(_organisation_document(organisation), expected_version=organisation.version - 1)
        left, proven = before.proven_domain if before else None, organisation.proven_domain
        if left == proven:
            return
        if left is not None:
            self._places.delete(left)
        if proven is not None:
            try:
                self._places.insert(PlaceDocument(id=proven, taken_by=organisation.id))
            except DuplicateKeyError as error:
                raise DomainTaken from error


def _organisation(found: OrganisationDocument) -> Organisation:
    return Organisation(
        id=found.id,
        version=found.version,
        name=found.name,
        owner_ids=tuple(found.owner_ids),
        created_at=found.created_at,
        looks=Looks(**found.looks),
        support_tier=SupportTier(found.support_tier),
        domain=OwnDomain(found.domain, found.domain_token, found.domain_verified_at) if found.domain else None,
        sso=Sso(**found.sso) if found.sso else None,
    )


def _organisation_document(organisation: Organisation) -> OrganisationDocument:
    domain = organisation.domain
    return OrganisationDocument(
        id=organisation.id,
        version=organisation.version,
        name=organisation.name,
        owner_ids=list(organisation.owner_ids),
        created_at=organisation.created_at,
        looks=asdict(organisation.looks),
        support_tier=organisation.support_tier.value,
        domain=domain.name if domain else None,
        domain_token=domain.token if domain else None,
        domain_verified_at=domain.verified_at if domain else None,
        sso=asdict(organisation.sso) if organisation.sso else {},
    )


class MongoMembers:
    """The port Members; without a session for reads outside a transaction."""

    def __init__(self, session: ClientSession | None = None) -> None:
        self._rows = DocumentCollection(MemberDocument, session)

    def get(self, organisation_id: str, user_id: str) -> Member | None:
        found = self._rows.get(member_id(organisation_id, user_id))
        return _member(found) if found else None

    def of(self, user_id: str) -> list[Member]:
        return [_member(found) for found in self._rows.find({"user_id": user_id}, sort=[("_id", ASCENDING)])]

    def page(self, organisation_id: str, cursor: str | None, limit: int) -> tuple[list[Member], str | None]:
        found, more = self._rows.page({"organisation_id": organisation_id}, sort=[("_id", ASCENDING)], cursor=cursor, limit=limit)
        return [_member(one) for one in found], more

    def add(self, member: Member) -> None:
        try:
            self._rows.insert(_member_document(member))
        except DuplicateKeyError as error:
            raise AlreadyMember from error

    def save(self, member: Member) -> None:
        self._rows.replace(_member_document(member), expected_version=member.version - 1)

    def remove(self, member: Member) -> None:
        self._rows.delete(member.id)


def _member(found: MemberDocument) -> Member:
    return Member(found.organisation_id, found.user_id, found.version, OrganisationRole(found.role), found.joined_at)


def _member_document(member: Member) -> MemberDocument:
    return MemberDocument(
        id=member.id,
        version=member.version,
        organisation_id=member.organisation_id,
        user_id=member.user_id,
        role=member.role.value,
        joined_at=member.joined_at,
    )


class MongoInvitations:
    """The port Invitations; without a session for reads outside a transaction."""

    def __init__(self, session: ClientSession | None = None) -> None:
        self._rows = DocumentCollection(InvitationDocument, session)
        self._places = DocumentCollection(PlaceDocument, session)

    def get(self, invitation_id: str) -> Invitation | None:
        found = self._rows.get(invitation_id)
        return _invitation(found) if found else None

    def by_digest(self, token_digest: str) -> Invitation | None:
        found = self._rows.find({"token_digest": token_digest})
        return _invitation(found[0]) if found else None

    def pending(self, organisation_id: str, email: str) -> Invitation | None:
        place = self._places.row(_place(organisation_id, email))
        return self.get(place["taken_by"]) if place else None

    def page(self, organisation_id: str, cursor: str | None, limit: int) -> tuple[list[Invitation], str | None]:
        found, more = self._rows.page({"organisation_id": organisation_id}, sort=[("_id", DESCENDING)], cursor=cursor, limit=limit)
        return [_invitation(one) for one in found], more

    def add(self, invitation: Invitation) -> None:
        try:
            self._places.insert(PlaceDocument(id=_place(invitation.organisation_id, invitation.email), taken_by=invitation.id))
        except DuplicateKeyError as error:
            raise InvitationExists from error
        self._rows.insert(_invitation_document(invitation))

    def save(self, invitation: Invitation) -> None:
        self._rows.replace(_invitation_document(invitation), expected_version=invitation.version - 1)
        if invitation.status is not InvitationStatus.PENDING:
            self._places.delete(_place(invitation.organisation_id, invitation.email))

    def expired(self, before: datetime, limit: int) -> list[Invitation]:
        found = self._rows.find({"expires_at": {"$lte": before}}, sort=[("expires_at", ASCENDING)], limit=limit)
        return [_invitation(one) for one in found]

    def remove(self, invitation: Invitation) -> None:
        place = self._places.row(_place(invitation.organisation_id, invitation.email))
        if place is not None and place["taken_by"] == invitation.id:
            self._places.delete(place["_id"])
        self._rows.delete(invitation.id)

    def forget_address(self, email: str) -> None:
        """Whoever invited it, wherever. Releases before this one write no key: theirs are few, and gone in a month."""
        key = email_key(email)
        for row in self._rows.rows({"email_key": {"$in": [key, None]}}):
            if email_key(row["email"]) == key:
                self._places.delete(_place(row["organisation_id"], email))
                self._rows.delete(row["_id"])


def _place(organisation_id: str, email: str) -> str:
    return f"{organisation_id} {email_key(email)}"


def _invitation(found: InvitationDocument) -> Invitation:
    return Invitation(
        id=found.id,
        version=found.version,
        organisation_id=found.organisation_id,
        email=found.email,
        role=OrganisationRole(found.role),
        token_digest=found.token_digest,
        invited_by=found.invited_by,
        sent_at=found.sent_at,
        expires_at=found.expires_at,
        status=InvitationStatus(found.status),
    )


def _invitation_document(invitation: Invitation) -> InvitationDocument:
    return InvitationDocument(
        id=invitation.id,
        version=invitation.version,
        organisation_id=invitation.organisation_id,
        email=invitation.email,
        email_key=email_key(invitation.email),
        role=invitation.role.value,
        token_digest=invitation.token_digest,
        invited_by=invitation.invited_by,
        sent_at=invitation.sent_at,
        expires_at=invitation.expires_at,
        status=invitation.status.value,
    )
