"""How the copies lie in MongoDB: the schema, checked at every write. The indexes are made by the migrations."""

from __future__ import annotations

from typing import Any, ClassVar

from mongoengine import (
    BinaryField,
    BooleanField,
    DateTimeField,
    EmbeddedDocumentField,
    EmbeddedDocumentListField,
    FloatField,
    ListField,
    LongField,
    StringField,
)

from chassis.documents import Embedded, VersionedDocument
from contracts.challenges.terms import Category, ChallengeStatus, Difficulty
from contracts.identity.roles import Role
from contracts.identity.standing import AccountStatus


class EmbeddingDocument(Embedded):
    model = StringField(required=True)
    fingerprint = StringField(required=True)
    vector = BinaryField(required=True)  # little-endian float32


class ChallengeDocument(VersionedDocument):
    """`words` and `visible_to` are derived: the search that needs no index asks for them. `changed_at` is real time, for followers."""

    meta: ClassVar[dict[str, Any]] = {"collection": "challenges"}

    status = StringField(required=True, choices=[*ChallengeStatus])
    title = StringField(required=True)
    description = StringField()
    category = StringField(required=True, choices=[*Category])
    difficulty = StringField(required=True, choices=[*Difficulty])
    skills = ListField(StringField())
    tags = ListField(StringField())
    currency = StringField(required=True)
    min_reward = LongField(required=True)
    max_reward = LongField(required=True)
    deadline = DateTimeField(required=True)
    published_at = DateTimeField(required=True)
    challenger_id = StringField(required=True)
    public = BooleanField(required=True)
    invited_user_ids = ListField(StringField())
    content_sequence = LongField(required=True)
    status_sequence = LongField(required=True)
    embedding = EmbeddedDocumentField(EmbeddingDocument)
    words = StringField(required=True)
    visible_to = ListField(StringField(), required=True)
    changed_at = DateTimeField(required=True)


class CompletedDocument(Embedded):
    challenge_id = StringField(required=True)
    difficulty = StringField(required=True, choices=[*Difficulty])


class StandingDocument(Embedded):
    status = StringField(required=True, choices=[*AccountStatus])
    until = DateTimeField()
    sequence = LongField(required=True)


class SolverDocument(VersionedDocument):
    meta: ClassVar[dict[str, Any]] = {"collection": "solvers"}

    display_name = StringField(required=True)
    roles = ListField(StringField(choices=[*Role]))
    headline = StringField()
    bio = StringField()
    skills = ListField(StringField())
    sequence = LongField(required=True)
    embedding = EmbeddedDocumentField(EmbeddingDocument)
    completed = EmbeddedDocumentListField(CompletedDocument)
    standing = EmbeddedDocumentField(StandingDocument)  # none: nothing was ever told of it
    changed_at = DateTimeField(required=True)


class MatchDocument(VersionedDocument):
    """Who was told of which challenge; the id is the pair."""

    meta: ClassVar[dict[str, Any]] = {"collection": "matches"}

    challenge_id = StringField(required=True)
    user_id = StringField(required=True)
    score = FloatField(required=True)
