"""The only place where the adapters of challenges meet its use cases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from challenges.adapters.applications import MongoApplications
from challenges.adapters.challenges import MongoChallenges
from challenges.adapters.personal_data import personal_data
from challenges.adapters.reviews import MongoReviews
from challenges.adapters.safe_html import clean_html
from challenges.adapters.submissions import MongoSubmissions
from challenges.adapters.unit_of_work import ChallengesUnitOfWork
from challenges.settings import Settings
from challenges.usecases.accept_application import AcceptApplicationHandler
from challenges.usecases.approve_submission import ApproveSubmissionHandler
from challenges.usecases.cancel_challenge import CancelChallengeHandler
from challenges.usecases.claim_limits import ClaimLimits
from challenges.usecases.create_challenge import CreateChallengeHandler
from challenges.usecases.delete_challenge import DeleteChallengeHandler
from challenges.usecases.edit_application import EditApplicationHandler
from challenges.usecases.edit_challenge import EditChallengeHandler
from challenges.usecases.get_application import GetApplicationHandler
from challenges.usecases.get_challenge import GetChallengeHandler
from challenges.usecases.get_submission import GetSubmissionHandler
from challenges.usecases.lapse_challenges import LapseChallengesHandler
from challenges.usecases.list_applications import ListApplicationsHandler
from challenges.usecases.list_challenges import ListChallengesHandler
from challenges.usecases.list_reviews import ListReviewsHandler
from challenges.usecases.list_submissions import ListSubmissionsHandler
from challenges.usecases.ports import Begin, CleanHtml, KeptOut, NewId, Now, Repositories, Rerun
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
from chassis.configuration import platform_configuration
from chassis.entitlements import entitlements
from chassis.mongo import retrying
from chassis.principal import Principal
from chassis.privacy.keeping import Keeper
from chassis.standings import standings
from chassis.wiring import Resources
from contracts.challenges.commands import CancelChallenge, WithdrawApplication
from contracts.challenges.terms import CancelReason


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
    lapse_challenges: LapseChallengesHandler
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


@dataclass(frozen=True, slots=True)
class Reads:
    """The repositories outside any transaction."""

    challenges: MongoChallenges
    applications: MongoApplications
    submissions: MongoSubmissions
    reviews: MongoReviews


def build(resources: Resources[Settings]) -> UseCases:
    """The use cases on MongoDB."""
    store, settings = resources.store, resources.settings
    configuration = platform_configuration(resources)
    return assemble(
        begin=lambda: ChallengesUnitOfWork(store),
        reads=Reads(MongoChallenges(), MongoApplications(), MongoSubmissions(), MongoReviews()),
        clean_html=clean_html,
        new_id=resources.new_id,
        now=resources.clock.now,
        claim_limits=ClaimLimits(settings.max_pending_applications, settings.entitled_pending_applications, entitlements(resources).has),
        decision_window=settings.decision_window,
        review_window=settings.review_window,
        rerun=retrying,
        kept_out=standings(resources).kept_out,
        publishing_open=lambda: configuration.setting("challenges.publishing_open", default=True),
    )


def assemble(
    *,
    begin: Begin,
    reads: Repositories,
    clean_html: CleanHtml,
    new_id: NewId,
    now: Now,
    claim_limits: ClaimLimits,
    decision_window: timedelta,
    review_window: timedelta,
    rerun: Rerun,
    kept_out: KeptOut,
    publishing_open: Callable[[], bool] = lambda: True,
) -> UseCases:
    """The use cases on whatever keeps the ports."""
    return UseCases(
        create_challenge=CreateChallengeHandler(begin, clean_html, new_id, now),
        edit_challenge=EditChallengeHandler(begin, clean_html, new_id, now),
        publish_challenge=PublishChallengeHandler(begin, now, publishing_open),
        cancel_challenge=CancelChallengeHandler(begin, now),
        delete_challenge=DeleteChallengeHandler(begin),
        get_challenge=GetChallengeHandler(reads.challenges),
        list_challenges=ListChallengesHandler(reads.challenges, kept_out, now),
        lapse_challenges=LapseChallengesHandler(begin, reads.challenges, rerun, now, decision_window),
        submit_application=SubmitApplicationHandler(begin, new_id, now, claim_limits, kept_out),
        edit_application=EditApplicationHandler(begin, now),
        accept_application=AcceptApplicationHandler(begin, new_id, now, kept_out),
        reject_application=RejectApplicationHandler(begin, now),
        withdraw_application=WithdrawApplicationHandler(begin, now),
        get_application=GetApplicationHandler(reads.applications),
        list_applications=ListApplicationsHandler(reads.challenges, reads.applications),
        submit_work=SubmitWorkHandler(begin, new_id, now),
        request_changes=RequestChangesHandler(begin, now),
        approve_submission=ApproveSubmissionHandler(begin, now),
        get_submission=GetSubmissionHandler(reads.submissions),
        list_submissions=ListSubmissionsHandler(reads.challenges, reads.submissions),
        write_review=WriteReviewHandler(begin, new_id, now, review_window),
        list_reviews=ListReviewsHandler(reads.challenges, reads.reviews),
        publish_due_reviews=PublishDueReviewsHandler(begin, reads.reviews, now),
        record_funding=RecordFundingHandler(begin, now),
        record_release=RecordReleaseHandler(begin, now),
        record_refund=RecordRefundHandler(begin, now),
    )


def build_privacy(resources: Resources[Settings]) -> Keeper:
    use_cases = build(resources)

    def cancel(challenge_id: str, user_id: str) -> None:
        use_cases.cancel_challenge(CancelChallenge(challenge_id=challenge_id, reason=CancelReason.NO_LONGER_NEEDED), _leaving(user_id))

    def withdraw(application_id: str, user_id: str) -> None:
        use_cases.withdraw_application(WithdrawApplication(application_id=application_id), _leaving(user_id))

    return personal_data(resources.store.database, cancel, withdraw)


def _leaving(user_id: str) -> Principal:
    """Somebody whose sessions have ended: what is done now they asked for when they asked to be erased."""
    return Principal(user_id, "", frozenset(), email_verified=True, token="")
