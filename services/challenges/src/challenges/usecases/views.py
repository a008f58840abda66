"""What others are shown of the aggregates."""

from challenges.domain.application import Application
from challenges.domain.challenge import Challenge
from challenges.domain.milestone import Milestone
from challenges.domain.review import Review
from challenges.domain.submission import Submission
from contracts.challenges.terms import MilestonesReward, MilestoneView
from contracts.challenges.views import ApplicationView, ChallengeView, ReviewView, SubmissionView


def challenge_view(challenge: Challenge, viewer_id: str | None, *, staff: bool = False) -> ChallengeView:
    """The challenge for this reader, who may see it: the invited are the owner's business.

    Which offer was accepted is the two parties', and so is a step made of it: its amount is what the solver asked for. So is who
    ended the work.
    """
    inside = staff or challenge.has_party(viewer_id)
    steps = challenge.milestones if inside or isinstance(challenge.reward, MilestonesReward) else ()
    invited = challenge.invited_user_ids if viewer_id == challenge.challenger_id else ()
    return ChallengeView(
        id=challenge.id,
        version=challenge.version,
        status=challenge.status,
        challenger_id=challenge.challenger_id,
        title=challenge.title,
        description=challenge.description,
        category=challenge.category,
        difficulty=challenge.difficulty,
        skills=challenge.skills,
        tags=challenge.tags,
        reward=challenge.reward,
        milestones=milestone_views(steps),
        deadline=challenge.deadline,
        visibility=challenge.visibility,
        invited_user_ids=invited,
        applications_count=challenge.applications_count,
        accepted_application_id=challenge.accepted_application_id if inside else None,
        solver_id=challenge.solver_id,
        cancel_reason=challenge.cancel_reason,
        cancelled_by=challenge.cancelled_by if inside else None,
        created_at=challenge.created_at,
        updated_at=challenge.updated_at,
        published_at=challenge.published_at,
        completed_at=challenge.completed_at,
    )


def milestone_views(milestones: tuple[Milestone, ...]) -> tuple[MilestoneView, ...]:
    return tuple(MilestoneView(id=step.id, title=step.title, amount=step.amount, status=step.status) for step in milestones)


def application_view(application: Application) -> ApplicationView:
    return ApplicationView(
        id=application.id,
        version=application.version,
        challenge_id=application.challenge_id,
        challenge_title=application.challenge_title,
        applicant_id=application.applicant_id,
        status=application.status,
        proposal=application.proposal,
        timeline_days=application.timeline_days,
        budget=application.budget,
        attachments=application.attachments,
        reject_reason=application.reject_reason,
        created_at=application.created_at,
        updated_at=application.updated_at,
    )


def submission_view(submission: Submission) -> SubmissionView:
    return SubmissionView(
        id=submission.id,
        version=submission.version,
        challenge_id=submission.challenge_id,
        milestone_id=submission.milestone_id,
        solver_id=submission.solver_id,
        attempt=submission.attempt,
        status=submission.status,
        notes=submission.notes,
        files=submission.files,
        feedback=submission.feedback,
        created_at=submission.created_at,
        decided_at=submission.decided_at,
    )


def review_view(review: Review) -> ReviewView:
    return ReviewView(
        id=review.id,
        challenge_id=review.challenge_id,
        author_id=review.author_id,
        subject_id=review.subject_id,
        rating=review.rating,
        text=review.text,
        created_at=review.created_at,
        published_at=review.published_at,
    )
