"""The events that tell others what happened here."""

from challenges.domain.application import Application
from challenges.domain.challenge import Challenge
from challenges.domain.review import Review
from challenges.domain.submission import Submission
from challenges.usecases.views import challenge_view, milestone_views
from contracts.challenges import events
from contracts.challenges.terms import RejectReason


def published(challenge: Challenge) -> events.ChallengePublished:
    return events.ChallengePublished(
        challenge_id=challenge.id,
        challenge_title=challenge.title,
        challenger_id=challenge.challenger_id,
        challenge=challenge_view(challenge, challenge.challenger_id),
    )


def updated(challenge: Challenge) -> events.ChallengeUpdated:
    return events.ChallengeUpdated(
        challenge_id=challenge.id,
        challenge_title=challenge.title,
        challenger_id=challenge.challenger_id,
        challenge=challenge_view(challenge, challenge.challenger_id),
    )


def cancelled(before: Challenge, ended: Challenge) -> events.ChallengeCancelled:
    """It lapsed where nobody ended it."""
    if ended.cancel_reason is None:
        raise ValueError(f"{ended.id} is not cancelled")
    return events.ChallengeCancelled(
        challenge_id=before.id,
        challenge_title=before.title,
        challenger_id=before.challenger_id,
        reason=ended.cancel_reason,
        solver_id=before.solver_id,
        previous_status=before.status,
        cancelled_by=ended.cancelled_by,
        lapsed=ended.cancelled_by is None,
    )


def completed(challenge: Challenge) -> events.ChallengeCompleted:
    if challenge.solver_id is None or challenge.completed_at is None:
        raise ValueError(f"{challenge.id} is not completed")
    return events.ChallengeCompleted(
        challenge_id=challenge.id,
        challenge_title=challenge.title,
        challenger_id=challenge.challenger_id,
        solver_id=challenge.solver_id,
        completed_at=challenge.completed_at,
        visibility=challenge.visibility,
    )


def application_submitted(application: Application) -> events.ApplicationSubmitted:
    return events.ApplicationSubmitted(
        challenge_id=application.challenge_id,
        challenge_title=application.challenge_title,
        challenger_id=application.challenger_id,
        application_id=application.id,
        applicant_id=application.applicant_id,
        budget=application.budget,
        timeline_days=application.timeline_days,
    )


def application_accepted(challenge: Challenge, application: Application) -> events.ApplicationAccepted:
    return events.ApplicationAccepted(
        challenge_id=challenge.id,
        challenge_title=challenge.title,
        challenger_id=challenge.challenger_id,
        application_id=application.id,
        solver_id=application.applicant_id,
        milestones=milestone_views(challenge.milestones),
    )


def application_rejected(application: Application, reason: RejectReason) -> events.ApplicationRejected:
    return events.ApplicationRejected(
        challenge_id=application.challenge_id,
        challenge_title=application.challenge_title,
        challenger_id=application.challenger_id,
        application_id=application.id,
        applicant_id=application.applicant_id,
        reason=reason,
    )


def application_withdrawn(application: Application) -> events.ApplicationWithdrawn:
    return events.ApplicationWithdrawn(
        challenge_id=application.challenge_id,
        challenge_title=application.challenge_title,
        challenger_id=application.challenger_id,
        application_id=application.id,
        applicant_id=application.applicant_id,
    )


def work_submitted(challenge: Challenge, submission: Submission) -> events.WorkSubmitted:
    return events.WorkSubmitted(
        challenge_id=challenge.id,
        challenge_title=challenge.title,
        challenger_id=challenge.challenger_id,
        submission_id=submission.id,
        milestone_id=submission.milestone_id,
        milestone_title=challenge.milestone(submission.milestone_id).title,
        solver_id=submission.solver_id,
        attempt=submission.attempt,
    )


def changes_requested(challenge: Challenge, submission: Submission, feedback: str) -> events.ChangesRequested:
    return events.ChangesRequested(
        challenge_id=challenge.id,
        challenge_title=challenge.title,
        challenger_id=challenge.challenger_id,
        submission_id=submission.id,
        milestone_id=submission.milestone_id,
        milestone_title=challenge.milestone(submission.milestone_id).title,
        solver_id=submission.solver_id,
        feedback=feedback,
    )


def submission_approved(challenge: Challenge, submission: Submission) -> events.SubmissionApproved:
    return events.SubmissionApproved(
        challenge_id=challenge.id,
        challenge_title=challenge.title,
        challenger_id=challenge.challenger_id,
        submission_id=submission.id,
        milestone_id=submission.milestone_id,
        milestone_title=challenge.milestone(submission.milestone_id).title,
        solver_id=submission.solver_id,
    )


def review_published(challenge: Challenge, review: Review) -> events.ReviewPublished:
    return events.ReviewPublished(
        challenge_id=challenge.id,
        challenge_title=challenge.title,
        challenger_id=challenge.challenger_id,
        review_id=review.id,
        author_id=review.author_id,
        subject_id=review.subject_id,
        rating=review.rating,
    )
