"""Between the aggregates and their documents. Reads map the stored fields straight to the aggregate: this is the hot path."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from challenges.adapters.documents import (
    ApplicationDocument,
    ChallengeDocument,
    FileDocument,
    MilestoneDocument,
    MoneyDocument,
    ReviewDocument,
    SubmissionDocument,
)
from challenges.domain.application import Application
from challenges.domain.challenge import Challenge
from challenges.domain.milestone import Milestone
from challenges.domain.review import Review
from challenges.domain.rewards import reward_bounds
from challenges.domain.submission import Submission
from contracts.challenges.terms import (
    ApplicationStatus,
    CancelReason,
    Category,
    ChallengeStatus,
    Difficulty,
    FileRef,
    MilestoneStatus,
    RejectReason,
    Reward,
    SubmissionStatus,
    Visibility,
)
from contracts.money import Price

_rewards: TypeAdapter[Reward] = TypeAdapter(Reward)


def challenge_document(challenge: Challenge) -> ChallengeDocument:
    low, high = reward_bounds(challenge.reward)
    return ChallengeDocument(
        id=challenge.id,
        version=challenge.version,
        status=challenge.status.value,
        challenger_id=challenge.challenger_id,
        title=challenge.title,
        description=challenge.description,
        category=challenge.category.value,
        difficulty=challenge.difficulty.value,
        skills=list(challenge.skills),
        tags=list(challenge.tags),
        reward=challenge.reward.model_dump(mode="json"),
        milestones=[_milestone_document(step) for step in challenge.milestones],
        deadline=challenge.deadline,
        visibility=challenge.visibility.value,
        invited_user_ids=list(challenge.invited_user_ids),
        applications_count=challenge.applications_count,
        accepted_application_id=challenge.accepted_application_id,
        solver_id=challenge.solver_id,
        cancel_reason=challenge.cancel_reason and challenge.cancel_reason.value,
        cancelled_by=challenge.cancelled_by,
        reviewed_by=list(challenge.reviewed_by),
        created_at=challenge.created_at,
        updated_at=challenge.updated_at,
        published_at=challenge.published_at,
        completed_at=challenge.completed_at,
        party_ids=[person for person in (challenge.challenger_id, challenge.solver_id) if person is not None],
        reward_currency=low.currency,
        reward_low=low.amount_minor,
        reward_high=high.amount_minor,
    )


def challenge_from(row: dict[str, Any]) -> Challenge:
    reason = row.get("cancel_reason")
    return Challenge(
        id=row["_id"],
        version=row["version"],
        status=ChallengeStatus(row["status"]),
        challenger_id=row["challenger_id"],
        title=row["title"],
        description=row["description"],
        category=Category(row["category"]),
        difficulty=Difficulty(row["difficulty"]),
        skills=tuple(row["skills"]),
        tags=tuple(row["tags"]),
        reward=_rewards.validate_python(row["reward"]),
        milestones=tuple(_milestone_from(step) for step in row["milestones"]),
        deadline=row["deadline"],
        visibility=Visibility(row["visibility"]),
        invited_user_ids=tuple(row["invited_user_ids"]),
        applications_count=row["applications_count"],
        accepted_application_id=row.get("accepted_application_id"),
        solver_id=row.get("solver_id"),
        cancel_reason=None if reason is None else CancelReason(reason),
        cancelled_by=row.get("cancelled_by"),
        reviewed_by=tuple(row["reviewed_by"]),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        published_at=row.get("published_at"),
        completed_at=row.get("completed_at"),
    )


def application_document(application: Application) -> ApplicationDocument:
    return ApplicationDocument(
        id=application.id,
        version=application.version,
        challenge_id=application.challenge_id,
        challenge_title=application.challenge_title,
        challenger_id=application.challenger_id,
        applicant_id=application.applicant_id,
        status=application.status.value,
        proposal=application.proposal,
        timeline_days=application.timeline_days,
        budget=_money_document(application.budget),
        attachments=_file_documents(application.attachments),
        reject_reason=application.reject_reason and application.reject_reason.value,
        created_at=application.created_at,
        updated_at=application.updated_at,
    )


def application_from(row: dict[str, Any]) -> Application:
    reason = row.get("reject_reason")
    return Application(
        id=row["_id"],
        version=row["version"],
        challenge_id=row["challenge_id"],
        challenge_title=row["challenge_title"],
        challenger_id=row["challenger_id"],
        applicant_id=row["applicant_id"],
        status=ApplicationStatus(row["status"]),
        proposal=row["proposal"],
        timeline_days=row["timeline_days"],
        budget=Price.model_validate(row["budget"]),
        attachments=_files_from(row["attachments"]),
        reject_reason=None if reason is None else RejectReason(reason),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )


def submission_document(submission: Submission) -> SubmissionDocument:
    return SubmissionDocument(
        id=submission.id,
        version=submission.version,
        challenge_id=submission.challenge_id,
        challenger_id=submission.challenger_id,
        milestone_id=submission.milestone_id,
        solver_id=submission.solver_id,
        attempt=submission.attempt,
        status=submission.status.value,
        notes=submission.notes,
        files=_file_documents(submission.files),
        feedback=submission.feedback,
        created_at=submission.created_at,
        decided_at=submission.decided_at,
    )


def submission_from(row: dict[str, Any]) -> Submission:
    return Submission(
        id=row["_id"],
        version=row["version"],
        challenge_id=row["challenge_id"],
        challenger_id=row["challenger_id"],
        milestone_id=row["milestone_id"],
        solver_id=row["solver_id"],
        attempt=row["attempt"],
        status=SubmissionStatus(row["status"]),
        notes=row["notes"],
        files=_files_from(row["files"]),
        feedback=row.get("feedback"),
        created_at=row["created_at"],
        decided_at=row.get("decided_at"),
    )


def review_document(review: Review) -> ReviewDocument:
    return ReviewDocument(
        id=review.id,
        version=review.version,
        challenge_id=review.challenge_id,
        author_id=review.author_id,
        subject_id=review.subject_id,
        rating=review.rating,
        text=review.text,
        created_at=review.created_at,
        window_closes_at=review.window_closes_at,
        published_at=review.published_at,
        hidden_until=review.window_closes_at if review.published_at is None else None,
    )


def review_from(row: dict[str, Any]) -> Review:
    return Review(
        id=row["_id"],
        version=row["version"],
        challenge_id=row["challenge_id"],
        author_id=row["author_id"],
        subject_id=row["subject_id"],
        rating=row["rating"],
        text=row["text"],
        created_at=row["created_at"],
        window_closes_at=row["window_closes_at"],
        published_at=row.get("published_at"),
    )


def _milestone_document(milestone: Milestone) -> MilestoneDocument:
    return MilestoneDocument(
        id=milestone.id,
        title=milestone.title,
        amount=_money_document(milestone.amount),
        status=milestone.status.value,
        attempts=milestone.attempts,
        awaiting=milestone.awaiting,
        funds_sequence=milestone.funds_sequence,
        replaceable=milestone.replaceable,
        given_back=milestone.given_back,
    )


def _milestone_from(row: dict[str, Any]) -> Milestone:
    return Milestone(
        id=row["id"],
        title=row["title"],
        amount=Price.model_validate(row["amount"]),
        status=MilestoneStatus(row["status"]),
        attempts=row["attempts"],
        awaiting=row.get("awaiting"),
        funds_sequence=row["funds_sequence"],
        replaceable=row.get("replaceable", False),  # documents from before these two do not have them
        given_back=row.get("given_back", False),
    )


def _money_document(price: Price) -> MoneyDocument:
    return MoneyDocument(amount_minor=price.amount_minor, currency=price.currency)


def _file_documents(files: tuple[FileRef, ...]) -> list[FileDocument]:
    return [FileDocument(**file.model_dump()) for file in files]


def _files_from(rows: list[dict[str, Any]]) -> tuple[FileRef, ...]:
    return tuple(FileRef.model_validate(row) for row in rows)
