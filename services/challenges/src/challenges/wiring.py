"""The only place where the adapters of challenges meet its use cases."""

from __future__ import annotations

from dataclasses import dataclass

from challenges.adapters.applications import MongoApplications
from challenges.adapters.challenges import MongoChallenges
from challenges.adapters.reviews import MongoReviews
from challenges.adapters.safe_html import clean_html
from challenges.adapters.submissions import MongoSubmissions
from challenges.adapters.unit_of_work import ChallengesUnitOfWork
from challenges.settings import Settings
from challenges.usecases.accept_application import AcceptApplicationHandler
from challenges.usecases.approve_submission import ApproveSubmissionHandler
from challenges.usecases.cancel_challenge import CancelChallengeHandler
from challenges.usecases.create_challenge import CreateChallengeHandler
from challenges.usecases.delete_challenge import DeleteChallengeHandler
from challenges.usecases.edit_application import EditApplicationHandler
from challenges.usecases.edit_challenge import EditChallengeHandler
from challenges.usecases.get_application import GetApplicationHandler
from challenges.usecases.get_challenge import GetChallengeHandler
from challenges.usecases.get_submission import GetSubmissionHandler
from challenges.usecases.list_applications import ListApplicationsHandler
from challenges.usecases.list_challenges import ListChallengesHandler
from challenges.usecases.list_reviews import ListReviewsHandler
from challenges.usecases.list_submissions import ListSubmissionsHandler
from challenges.usecases.publish_challenge import PublishChallengeHandler
from challenges.usecases.publish_due_reviews import PublishDueReviewsHandler
from challenges.usecases.record_funding import RecordFundingHandler
from challenges.usecases.record_refund import RecordRefundHandler
from challenges.usecases.record_release import RecordReleaseHandler
from challenges.usecases.reject_application import RejectApplicationHandler
from challenges.usecases.request_changes import RequestChangesHandler
from challenges.usecases.submit_application import SubmitApplicationHandler
from challenges.usecases.submit_work import SubmitWorkHandler
from challenges.usecases.withdraw_application import WithdrawApplicationHandler
from challenges.usecases.write_review import WriteReviewHandler
from chassis.wiring import Resources


@dataclass(frozen=True, slots=True)
class UseCases:
    """All that challenges can do."""

    create_challenge: CreateChallengeHandler
    edit_challenge: EditChallengeHandler
    publish_challenge: PublishChallengeHandler
    cancel_challenge: CancelChallengeHandler
    delete_challenge: DeleteChallengeHandler
    get_challenge: GetChallengeHandler
    list_challenges: ListChallengesHandler
    submit_application: SubmitApplicationHandler
    edit_application: EditApplicationHandler
    accept_application: AcceptApplicationHandler
    reject_application: RejectApplicationHandler
    withdraw_application: WithdrawApplicationHandler
    get_application: GetApplicationHandler
    list_applications: ListApplicationsHandler
    submit_work: SubmitWorkHandler
    request_changes: RequestChangesHandler
    approve_submission: ApproveSubmissionHandler
    get_submission: GetSubmissionHandler
    list_submissions: ListSubmissionsHandler
    write_review: WriteReviewHandler
    list_reviews: ListReviewsHandler
    publish_due_reviews: PublishDueReviewsHandler
    record_funding: RecordFundingHandler
    record_release: RecordReleaseHandler
    record_refund: RecordRefundHandler


def build(resources: Resources[Settings]) -> UseCases:
    """The use cases on MongoDB. Reads go without a transaction."""
    settings, store = resources.settings, resources.store
    now, new_id = resources.clock.now, resources.new_id
    challenges, applications, submissions, reviews = MongoChallenges(), MongoApplications(), MongoSubmissions(), MongoReviews()

    def unit_of_work() -> ChallengesUnitOfWork:
        return ChallengesUnitOfWork(store)

    return UseCases(
        create_challenge=CreateChallengeHandler(unit_of_work, clean_html, new_id, now),
        edit_challenge=EditChallengeHandler(unit_of_work, clean_html, new_id, now),
        publish_challenge=PublishChallengeHandler(unit_of_work, now),
        cancel_challenge=CancelChallengeHandler(unit_of_work, now),
        delete_challenge=DeleteChallengeHandler(unit_of_work),
        get_challenge=GetChallengeHandler(challenges),
        list_challenges=ListChallengesHandler(challenges),
        submit_application=SubmitApplicationHandler(unit_of_work, new_id, now, settings.max_pending_applications),
        edit_application=EditApplicationHandler(unit_of_work, now),
        accept_application=AcceptApplicationHandler(unit_of_work, new_id, now),
        reject_application=RejectApplicationHandler(unit_of_work, now),
        withdraw_application=WithdrawApplicationHandler(unit_of_work, now),
        get_application=GetApplicationHandler(applications),
        list_applications=ListApplicationsHandler(challenges, applications),
        submit_work=SubmitWorkHandler(unit_of_work, new_id, now),
        request_changes=RequestChangesHandler(unit_of_work, now),
        approve_submission=ApproveSubmissionHandler(unit_of_work, now),
        get_submission=GetSubmissionHandler(submissions),
        list_submissions=ListSubmissionsHandler(challenges, submissions),
        write_review=WriteReviewHandler(unit_of_work, new_id, now, settings.review_window),
        list_reviews=ListReviewsHandler(challenges, reviews),
        publish_due_reviews=PublishDueReviewsHandler(unit_of_work, reviews, now),
        record_funding=RecordFundingHandler(unit_of_work, now),
        record_release=RecordReleaseHandler(unit_of_work, now),
        record_refund=RecordRefundHandler(unit_of_work, now),
    )
