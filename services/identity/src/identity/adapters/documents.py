"""How identity's state lies in MongoDB: one mongoengine document a collection. Indexes stand in the migrations."""

from __future__ import annotations

from typing import Any, ClassVar

from mongoengine import BooleanField, DateTimeField, ListField, StringField

from chassis.documents import VersionedDocument


class AccountDocument(VersionedDocument):
    """`email_key` is the address in lower case: the embedded server does not enforce collated unique indexes."""

    email = StringField(required=True)
    email_key = StringField(required=True)
    email_verified = BooleanField(required=True)
    password_hash = StringField()
    roles = ListField(StringField(), required=True)
    sealed_profile = StringField()  # JSON, encrypted with the person's key; in the next eight fields accounts from before that have it
    display_name = StringField()
    time_zone = StringField()
    locale = StringField()
    headline = StringField()
    bio = StringField()
    skills = ListField(StringField())
    languages = ListField(StringField())
    links = ListField(StringField())
    created_at = DateTimeField(required=True)
    status = StringField()  # this and the next two: accounts from before they were kept lack them, and are in good standing
    status_reason = StringField()
    suspended_until = DateTimeField()

    meta: ClassVar[dict[str, Any]] = {"collection": "accounts"}


class EmailVerificationDocument(VersionedDocument):
    """The id is the account's: one open request each."""

    email = StringField(required=True)
    token_digest = StringField(required=True)
    requested_at = DateTimeField(required=True)
    expires_at = DateTimeField(required=True)

    meta: ClassVar[dict[str, Any]] = {"collection": "email_verifications"}


class SessionTurnDocument(VersionedDocument):
    """The id is the person's: whoever begins or ends sessions of theirs writes it."""

    meta: ClassVar[dict[str, Any]] = {"collection": "session_turns"}


class SessionDocument(VersionedDocument):
    user_id = StringField(required=True)
    created_at = DateTimeField(required=True)
    expires_at = DateTimeField(required=True)
    authenticated_at = DateTimeField()  # this and the next four: sessions from before they were kept lack them
    last_used_at = DateTimeField()
    methods = ListField(StringField())
    device = StringField()
    address_range = StringField()
    revoked_at = DateTimeField()
    reason = StringField()

    meta: ClassVar[dict[str, Any]] = {"collection": "sessions"}


class RefreshTokenDocument(VersionedDocument):
    """The id is the token's digest. Used ones stay until they would have expired: that is how a second use shows."""

    session_id = StringField(required=True)
    expires_at = DateTimeField(required=True)
    rotated_at = DateTimeField()
    rotated_by = StringField()

    meta: ClassVar[dict[str, Any]] = {"collection": "refresh_tokens"}
