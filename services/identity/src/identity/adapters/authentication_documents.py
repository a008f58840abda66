"""How what authentication keeps lies in MongoDB: one mongoengine document a collection. Indexes stand in the migrations."""

from __future__ import annotations

from typing import Any, ClassVar

from mongoengine import BooleanField, DateTimeField, DictField, EmbeddedDocumentField, IntField, ListField, StringField

from chassis.documents import Embedded, VersionedDocument


class CeremonyDocument(VersionedDocument):
    """The id is the digest of its secret."""

    kind = StringField(required=True)
    user_id = StringField(required=True)
    details = DictField()
    expires_at = DateTimeField(required=True)

    meta: ClassVar[dict[str, Any]] = {"collection": "ceremonies"}


class LoginDocument(VersionedDocument):
    user_id = StringField(required=True)
    at = DateTimeField(required=True)
    outcome = StringField(required=True)
    methods = ListField(StringField())
    device = StringField(required=True)
    address_range = StringField(required=True)

    meta: ClassVar[dict[str, Any]] = {"collection": "logins"}


class TotpDocument(Embedded):
    id = StringField(required=True)
    sealed_secret = StringField(required=True)
    created_at = DateTimeField(required=True)
    last_step = IntField(required=True)
    confirmed = BooleanField(required=True)
    last_used_at = DateTimeField()


class PasskeyDocument(Embedded):
    id = StringField(required=True)
    label = StringField(required=True)
    credential_id = StringField(required=True)
    public_key = StringField(required=True)
    sign_count = IntField(required=True)
    created_at = DateTimeField(required=True)
    last_used_at = DateTimeField()


class SecondFactorsDocument(VersionedDocument):
    """The id is the account's."""

    totp = EmbeddedDocumentField(TotpDocument)
    passkeys = ListField(EmbeddedDocumentField(PasskeyDocument))
    recovery = ListField(StringField())

    meta: ClassVar[dict[str, Any]] = {"collection": "second_factors"}


class LinkDocument(VersionedDocument):
    """The id is the provider's name and its subject."""

    provider = StringField(required=True)
    subject = StringField(required=True)
    user_id = StringField(required=True)
    linked_at = DateTimeField(required=True)
    issuer = StringField()

    meta: ClassVar[dict[str, Any]] = {"collection": "links"}
