"""Finding what the caller asks for, if the caller may see it. What may not be seen does not exist."""

from challenges.domain.application import Application
from challenges.domain.challenge import Challenge
from challenges.domain.errors import (
    ApplicationNotFound,
    ChallengeNotFound,
    EmailNotVerified,
    NotApplicant,
    NotOwner,
    SubmissionNotFound,
)
from challenges.domain.submission import Submission
from challenges.usecases.ports import Applications, Challenges, Submissions
from chassis.principal import Principal
from contracts.identity.roles import STAFF


def visible_challenge(challenges: Challenges, challenge_id: str, viewer_id: str | None) -> Challenge:
    """The challenge, for somebody who may see it.

    Raises:
        ChallengeNotFound.
    """
    challenge = challenges.get(challenge_id)
    if challenge is None or not challenge.visible_to(viewer_id):
        raise ChallengeNotFound
    return challenge


def owned_challenge(challenges: Challenges, challenge_id: str, person_id: str) -> Challenge:
    """The challenge, for its owner.

    Raises:
        ChallengeNotFound, NotOwner.
    """
    challenge = visible_challenge(challenges, challenge_id, person_id)
    if challenge.challenger_id != person_id:
        raise NotOwner
    return challenge


def challenge_to_cancel(challenges: Challenges, challenge_id: str, person_id: str) -> Challenge:
    """The challenge, for its owner or the solver who works on it.

    Raises:
        ChallengeNotFound, NotOwner.
    """
    challenge = visible_challenge(challenges, challenge_id, person_id)
    if not challenge.has_party(person_id):
        raise NotOwner
    return challenge


def visible_application(applications: Applications, application_id: str, viewer_id: str) -> Application:
    """The application, for its applicant or the challenger.

    Raises:
        ApplicationNotFound.
    """
    application = applications.get(application_id)
    if application is None or not application.visible_to(viewer_id):
        raise ApplicationNotFound
    return application


def own_application(applications: Applications, application_id: str, person_id: str) -> Application:
    """The application, for its applicant.

    Raises:
        ApplicationNotFound, NotApplicant.
    """
    application = visible_application(applications, application_id, person_id)
    if application.applicant_id != person_id:
        raise NotApplicant
    return application


def received_application(applications: Applications, application_id: str, person_id: str) -> Application:
    """The application, for the challenger it is addressed to.

    Raises:
        ApplicationNotFound, NotOwner.
    """
    application = visible_application(applications, application_id, person_id)
    if application.challenger_id != person_id:
        raise NotOwner
    return application


def visible_submission(submissions: Submissions, submission_id: str, viewer_id: str) -> Submission:
    """The submission, for the challenger or the solver.

    Raises:
        SubmissionNotFound.
    """
    submission = submissions.get(submission_id)
    if submission is None or not submission.visible_to(viewer_id):
        raise SubmissionNotFound
    return submission


def received_submission(submissions: Submissions, submission_id: str, person_id: str) -> Submission:
    """The submission, for the challenger who decides about it.

    Raises:
        SubmissionNotFound, NotOwner.
    """
    submission = visible_submission(submissions, submission_id, person_id)
    if submission.challenger_id != person_id:
        raise NotOwner
    return submission


def existing_challenge(challenges: Challenges, challenge_id: str) -> Challenge:
    """The challenge that something we keep belongs to.

    Raises:
        ChallengeNotFound.
    """
    challenge = challenges.get(challenge_id)
    if challenge is None:
        raise ChallengeNotFound
    return challenge


def is_staff(principal: Principal | None) -> bool:
    return principal is not None and not STAFF.isdisjoint(principal.roles)


def require_verified_email(principal: Principal) -> None:
    """Refuse what only people with a verified address may do.

    Raises:
        EmailNotVerified.
    """
    if not principal.email_verified:
        raise EmailNotVerified
