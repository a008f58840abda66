"""How the aggregates lie in MongoDB: the schema, checked at every write. The indexes are made by the migrations."""

from __future__ import annotations

from typing import Any, ClassVar

from mongoengine import (
    BooleanField,
    DateTimeField,
    DictField,
    EmbeddedDocumentField,
    EmbeddedDocumentListField,
    IntField,
    ListField,
    LongField,
    StringField,
)

from chassis.documents import Embedded, VersionedDocument
from contracts.challenges.terms import (
    ApplicationStatus,
    CancelReason,
    Category,
    ChallengeStatus,
    Difficulty,
    MilestoneStatus,
    RejectReason,
    SubmissionStatus,
    Visibility,
)


class MoneyDocument(Embedded):
    amount_minor = LongField(required=True, min_value=1)
    currency = StringField(required=True)


class MilestoneDocument(Embedded):
    id = StringField(required=True)
    title = StringField(required=True)
    amount = EmbeddedDocumentField(MoneyDocument, required=True)
    status = StringField(required=True, choices=[*MilestoneStatus])
    attempts = IntField(required=True, min_value=0)
    awaiting = StringField()
    funds_sequence = IntField(required=True, min_value=0)
    replaceable = BooleanField()
    given_back = BooleanField()


class FileDocument(Embedded):
    name = StringField(required=True)
    url = StringField(required=True)
    size_bytes = LongField(min_value=0)
    media_type = StringField()


class ChallengeDocument(VersionedDocument):
    """`party_ids`, `reward_currency`, `reward_low` and `reward_high` are derived: they are there to be asked for by index."""

    meta: ClassVar[dict[str, Any]] = {"collection": "challenges"}

    status = StringField(required=True, choices=[*ChallengeStatus])
    challenger_id = StringField(required=True)
    title = StringField(required=True)
    description = StringField(required=True)
    category = StringField(required=True, choices=[*Category])
    difficulty = StringField(required=True, choices=[*Difficulty])
    skills = ListField(StringField())
    tags = ListField(StringField())
    reward = DictField(required=True)  # one of three shapes, told apart by its `kind`
    milestones = EmbeddedDocumentListField(MilestoneDocument)
    deadline = DateTimeField(required=True)
    visibility = StringField(required=True, choices=[*Visibility])
    invited_user_ids = ListField(StringField())
    applications_count = IntField(required=True, min_value=0)
    accepted_application_id = StringField()
    solver_id = StringField()
    cancel_reason = StringField(choices=[*CancelReason])
    cancelled_by = StringField()
    reviewed_by = ListField(StringField())
    created_at = DateTimeField(required=True)
    updated_at = DateTimeField(required=True)
    published_at = DateTimeField()
    completed_at = DateTimeField()
    party_ids = ListField(StringField(), required=True)
    reward_currency = StringField(required=True)
    reward_low = LongField(required=True)
    reward_high = LongField(required=True)


class ApplicationDocument(VersionedDocument):
    meta: ClassVar[dict[str, Any]] = {"collection": "applications"}

    challenge_id = StringField(required=True)
    challenge_title = StringField(required=True)
    challenger_id = StringField(required=True)
    applicant_id = StringField(required=True)
    status = StringField(required=True, choices=[*ApplicationStatus])
    proposal = StringField(required=True)
    timeline_days = IntField(required=True, min_value=1)
    budget = EmbeddedDocumentField(MoneyDocument, required=True)
    attachments = EmbeddedDocumentListField(FileDocument)
    reject_reason = StringField(choices=[*RejectReason])
    created_at = DateTimeField(required=True)
    updated_at = DateTimeField(required=True)


class ApplicantDocument(VersionedDocument):
    """One for each person who ever applied: written with every application, so that two at once cannot both pass the limit."""

    meta: ClassVar[dict[str, Any]] = {"collection": "applicants"}


class SubmissionDocument(VersionedDocument):
    meta: ClassVar[dict[str, Any]] = {"collection": "submissions"}

    challenge_id = StringField(required=True)
    challenger_id = StringField(required=True)
    milestone_id = StringField(required=True)
    solver_id = StringField(required=True)
    attempt = IntField(required=True, min_value=1)
    status = StringField(required=True, choices=[*SubmissionStatus])
    notes = StringField(required=True)
    files = EmbeddedDocumentListField(FileDocument)
    feedback = StringField()
    created_at = DateTimeField(required=True)
    decided_at = DateTimeField()


class ReviewDocument(VersionedDocument):
    meta: ClassVar[dict[str, Any]] = {"collection": "reviews"}

    challenge_id = StringField(required=True)
    author_id = StringField(required=True)
    subject_id = StringField(required=True)
    rating = IntField(required=True, min_value=1, max_value=5)
    text = StringField(required=True)
    created_at = DateTimeField(required=True)
    window_closes_at = DateTimeField(required=True)
    published_at = DateTimeField()
    hidden_until = DateTimeField()  # there while unpublished: a sparse index holds those alone
