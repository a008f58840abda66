"""How organisations, credentials and referrals lie in MongoDB: one mongoengine document a collection. Indexes stand in the migrations."""

from __future__ import annotations

from typing import Any, ClassVar

from mongoengine import DateTimeField, DictField, EmbeddedDocumentField, IntField, ListField, StringField

from chassis.documents import Embedded, VersionedDocument


class PlaceDocument(VersionedDocument):
    """What there can be one of: the id is a proven domain, or an organisation and the address that it invited; `taken_by` has it.

    A unique index would say the same, but the embedded server never frees a value that a document had before.
    """

    taken_by = StringField(required=True)

    meta: ClassVar[dict[str, Any]] = {"collection": "places"}


class OrganisationDocument(VersionedDocument):
    name = StringField(required=True)
    owner_ids = ListField(StringField(), required=True)
    created_at = DateTimeField(required=True)
    looks = DictField()
    support_tier = StringField(required=True)
    domain = StringField()
    domain_token = StringField()
    domain_verified_at = DateTimeField()
    sso = DictField()

    meta: ClassVar[dict[str, Any]] = {"collection": "organisations"}


class MemberDocument(VersionedDocument):
    """The id is that of the organisation and the person's."""

    organisation_id = StringField(required=True)
    user_id = StringField(required=True)
    role = StringField(required=True)
    joined_at = DateTimeField(required=True)

    meta: ClassVar[dict[str, Any]] = {"collection": "members"}


class InvitationDocument(VersionedDocument):
    organisation_id = StringField(required=True)
    email = StringField(required=True)
    email_key = StringField()
    role = StringField(required=True)
    token_digest = StringField(required=True)
    invited_by = StringField(required=True)
    sent_at = DateTimeField(required=True)
    expires_at = DateTimeField(required=True)
    status = StringField(required=True)

    meta: ClassVar[dict[str, Any]] = {"collection": "invitations"}


class BulkInviteDocument(VersionedDocument):
    organisation_id = StringField(required=True)
    started_by = StringField(required=True)
    total = IntField(required=True)
    counts = DictField()
    status = StringField(required=True)
    created_at = DateTimeField(required=True)
    finished_at = DateTimeField()
    served_at = DateTimeField()

    meta: ClassVar[dict[str, Any]] = {"collection": "bulk_invites"}


class BulkInviteRowDocument(VersionedDocument):
    """The id is the job's and the row's number."""

    job_id = StringField(required=True)
    number = IntField(required=True)
    email = StringField()
    email_key = StringField()
    role = StringField()
    outcome = StringField(required=True)
    detail = StringField()

    meta: ClassVar[dict[str, Any]] = {"collection": "bulk_invite_rows"}


class SecretDocument(Embedded):
    digest = StringField(required=True)
    prefix = StringField(required=True)
    given_at = DateTimeField(required=True)
    expires_at = DateTimeField(required=True)


class CredentialDocument(VersionedDocument):
    kind = StringField(required=True)
    owner_id = StringField(required=True)
    created_by = StringField(required=True)
    name = StringField(required=True)
    scopes = ListField(StringField())
    secrets = ListField(EmbeddedDocumentField(SecretDocument))
    session_id = StringField(required=True)
    created_at = DateTimeField(required=True)
    last_used_at = DateTimeField()
    revoked_at = DateTimeField()

    meta: ClassVar[dict[str, Any]] = {"collection": "credentials"}


class ReferralCodeDocument(VersionedDocument):
    """The id is the person's."""

    code = StringField(required=True)

    meta: ClassVar[dict[str, Any]] = {"collection": "referral_codes"}


class ReferralDocument(VersionedDocument):
    """The id is that of the person who came."""

    referrer_id = StringField(required=True)
    code = StringField(required=True)
    attributed_at = DateTimeField(required=True)
    qualified_at = DateTimeField()

    meta: ClassVar[dict[str, Any]] = {"collection": "referrals"}


class ReferralTurnDocument(VersionedDocument):
    """One row, which everybody writes who must not act at the same time."""

    meta: ClassVar[dict[str, Any]] = {"collection": "referral_turns"}
