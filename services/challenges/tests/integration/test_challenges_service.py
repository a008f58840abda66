"""The service as a process: from draft to acceptance over RPC, its events in the outbox, its promises under concurrency."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from challenges_callers import NewPerson, Outbox, Someone, happened, open_challenge
from challenges_market import FIXED, TWO_STEPS, euros, new_application, new_challenge

from chassis.ids import new_id
from chassis.rpc_client import RpcClient
from contracts.challenges.commands import (
    AcceptApplication,
    CancelChallenge,
    DeleteChallenge,
    EditChallenge,
    PublishChallenge,
    RequestChanges,
    SubmitWork,
    WithdrawApplication,
    WriteReview,
)
from contracts.challenges.events import ApplicationAccepted, ChallengePublished, ChallengeUpdated
from contracts.challenges.queries import (
    GetApplication,
    GetChallenge,
    ListApplications,
    ListChallenges,
    ListReviews,
    ListSubmissions,
)
from contracts.challenges.terms import ApplicationStatus, CancelReason, ChallengeStatus, Visibility
from contracts.challenges.views import ApplicationView
from contracts.errors import Kind, ProblemError
from contracts.payments.events import EntitlementChanged
from local_platform.observing import eventually
from local_platform.publishing import connected
from local_platform.pytest_plugin import RunService
from local_platform.tokens import TestTokens


async def test_from_draft_to_acceptance(challenger: Someone, someone: NewPerson, rpc: RpcClient, outbox: Outbox) -> None:
    solver, rival, outsider = someone(), someone(), someone()
    draft = await challenger.ask(new_challenge(reward=TWO_STEPS, deadline=datetime.now(UTC) + timedelta(days=30)))
    assert (await outsider.refused(GetChallenge(challenge_id=draft.id))).code == "challenges.challenge.not_found"
    edited = await challenger.ask(EditChallenge(challenge_id=draft.id, title="Predict returns", expected_version=draft.version))
    assert (edited.title, edited.version) == ("Predict returns", draft.version + 1)
    stale = await challenger.refused(EditChallenge(challenge_id=draft.id, title="Lost", expected_version=draft.version))
    assert (stale.kind, stale.code) == (Kind.CONFLICT, "challenges.challenge.stale")
    challenge = await challenger.ask(PublishChallenge(challenge_id=draft.id))
    assert await rpc.call(GetChallenge(challenge_id=draft.id)) == challenge
    assert (await rpc.call(ListChallenges())).items == (challenge,)

    chosen: ApplicationView = await solver.ask(new_application(challenge.id))
    other: ApplicationView = await rival.ask(new_application(challenge.id))
    locked = await challenger.refused(EditChallenge(challenge_id=challenge.id, title="Too late"))
    assert (locked.kind, locked.code) == (Kind.CONFLICT, "challenges.challenge.has_applications")
    assert (await outsider.refused(GetApplication(application_id=chosen.id))).code == "challenges.application.not_found"
    listed = await challenger.ask(ListApplications(challenge_id=challenge.id))
    assert {application.id for application in listed.items} == {chosen.id, other.id}

    accepted = await challenger.ask(AcceptApplication(application_id=chosen.id))
    assert accepted.status is ApplicationStatus.ACCEPTED
    started = await solver.ask(GetChallenge(challenge_id=challenge.id))
    assert (started.status, started.solver_id) == (ChallengeStatus.IN_PROGRESS, solver.user_id)
    assert (await rival.ask(GetApplication(application_id=other.id))).status is ApplicationStatus.REJECTED
    unfunded = await solver.refused(SubmitWork(challenge_id=challenge.id, notes="Done.", milestone_id=started.milestones[0].id))
    assert (unfunded.kind, unfunded.code) == (Kind.CONFLICT, "challenges.milestone.not_funded")
    assert (await solver.ask(ListSubmissions(challenge_id=challenge.id))).items == ()
    assert (await solver.ask(ListChallenges(mine=True))).items == (started,)

    rows = outbox(challenge.id)
    assert happened(rows) == [
        "challenge_published",
        "application_submitted",
        "application_submitted",
        "application_accepted",
        "application_rejected",
        "challenge_updated",
    ]
    assert ChallengePublished.model_validate_json(rows[0]["body"]).challenge == challenge
    assert ApplicationAccepted.model_validate_json(rows[3]["body"]).milestones == started.milestones
    assert ChallengeUpdated.model_validate_json(rows[-1]["body"]).challenge.model_copy(update={"invited_user_ids": ()}) == started


async def test_ten_acceptances_at_once_have_one_winner(challenger: Someone, someone: NewPerson, outbox: Outbox) -> None:
    challenge = await open_challenge(challenger)
    applicants = [someone() for _ in range(10)]
    applications = [await applicant.ask(new_application(challenge.id)) for applicant in applicants]
    answers = await asyncio.gather(
        *(challenger.ask(AcceptApplication(application_id=application.id)) for application in applications), return_exceptions=True
    )
    won = [answer for answer in answers if isinstance(answer, ApplicationView)]
    lost = [answer.problem.code for answer in answers if isinstance(answer, ProblemError)]
    assert len(won) == 1
    assert lost == ["challenges.challenge.closed"] * 9
    after = await challenger.ask(GetChallenge(challenge_id=challenge.id))
    assert (after.accepted_application_id, after.solver_id) == (won[0].id, won[0].applicant_id)
    listed = await challenger.ask(ListApplications(challenge_id=challenge.id))
    assert Counter(each.status for each in listed.items) == {ApplicationStatus.ACCEPTED: 1, ApplicationStatus.REJECTED: 9}
    told = Counter(happened(outbox(challenge.id)))
    assert (told["application_accepted"], told["application_rejected"]) == (1, 9)


async def test_forty_people_applying_at_once_are_all_taken(challenger: Someone, someone: NewPerson, outbox: Outbox) -> None:
    challenge = await open_challenge(challenger)
    people = [someone() for _ in range(40)]
    answers = await asyncio.gather(*(each.ask(new_application(challenge.id)) for each in people), return_exceptions=True)
    assert [answer for answer in answers if not isinstance(answer, ApplicationView)] == []
    assert (await challenger.ask(GetChallenge(challenge_id=challenge.id))).applications_count == 40
    assert happened(outbox(challenge.id)).count("application_submitted") == 40


async def test_one_person_applying_ten_times_at_once_applies_once(challenger: Someone, someone: NewPerson, outbox: Outbox) -> None:
    challenge, solver = await open_challenge(challenger), someone()
    answers = await asyncio.gather(*(solver.ask(new_application(challenge.id)) for _ in range(10)), return_exceptions=True)
    lost = [answer.problem.code for answer in answers if isinstance(answer, ProblemError)]
    assert sum(isinstance(answer, ApplicationView) for answer in answers) == 1
    assert lost == ["challenges.application.already_applied"] * 9
    assert (await challenger.ask(GetChallenge(challenge_id=challenge.id))).applications_count == 1
    assert happened(outbox(challenge.id)).count("application_submitted") == 1


async def test_the_limit_of_pending_applications_holds_under_concurrency(
    run_service: RunService, rpc: RpcClient, tokens: TestTokens
) -> None:
    run_service("challenges", CHALLENGES_MAX_PENDING_APPLICATIONS="2")
    challenger, solver = Someone(rpc, tokens, "challenger"), Someone(rpc, tokens, "solver")
    challenges = [await open_challenge(challenger) for _ in range(6)]
    answers = await asyncio.gather(*(solver.ask(new_application(each.id)) for each in challenges), return_exceptions=True)
    won = [answer for answer in answers if isinstance(answer, ApplicationView)]
    lost = [answer.problem.code for answer in answers if isinstance(answer, ProblemError)]
    assert len(won) == 2
    assert lost == ["challenges.application.claim_limit_reached"] * 4
    await solver.ask(WithdrawApplication(application_id=won[0].id))
    free = next(each for each in challenges if each.id not in {application.challenge_id for application in won})
    assert isinstance(await solver.ask(new_application(free.id)), ApplicationView)


async def test_applying_and_cancelling_at_once_leaves_nothing_pending(challenger: Someone, someone: NewPerson) -> None:
    challenge = await open_challenge(challenger)
    applicants = [someone() for _ in range(6)]
    await asyncio.gather(
        *(applicant.ask(new_application(challenge.id)) for applicant in applicants[:3]),
        challenger.ask(CancelChallenge(challenge_id=challenge.id, reason=CancelReason.OTHER)),
        *(applicant.ask(new_application(challenge.id)) for applicant in applicants[3:]),
        return_exceptions=True,
    )
    after = await challenger.ask(GetChallenge(challenge_id=challenge.id))
    listed = await challenger.ask(ListApplications(challenge_id=challenge.id))
    assert after.status is ChallengeStatus.CANCELLED
    assert after.applications_count == len(listed.items)
    assert {each.status for each in listed.items} <= {ApplicationStatus.REJECTED}


async def test_a_repeated_command_has_one_effect_and_one_answer(challenger: Someone, outbox: Outbox) -> None:
    command = new_challenge(deadline=datetime.now(UTC) + timedelta(days=30))
    first = await challenger.ask(command, key="create-1")
    assert await challenger.ask(command, key="create-1") == first
    assert (await challenger.ask(ListChallenges(mine=True))).items == (first,)
    other = await challenger.refused(command.model_copy(update={"title": "Another"}), key="create-1")
    assert other.kind is Kind.INVALID
    publish = PublishChallenge(challenge_id=first.id)
    answers = await asyncio.gather(*(challenger.ask(publish, key="publish-1") for _ in range(5)))
    assert all(answer == answers[0] for answer in answers)
    assert happened(outbox(first.id)) == ["challenge_published"]


async def test_an_outsider_finds_nothing_of_a_private_challenge(challenger: Someone, someone: NewPerson) -> None:
    invited, outsider = someone(), someone("solver", "challenger")
    challenge = await open_challenge(challenger, visibility=Visibility.PRIVATE, invited_user_ids=(invited.user_id,))
    application = await invited.ask(new_application(challenge.id))
    requests = [
        GetChallenge(challenge_id=challenge.id),
        ListApplications(challenge_id=challenge.id),
        ListSubmissions(challenge_id=challenge.id),
        ListReviews(challenge_id=challenge.id),
        new_application(challenge.id),
        EditChallenge(challenge_id=challenge.id, title="Mine now"),
        CancelChallenge(challenge_id=challenge.id, reason=CancelReason.OTHER),
        DeleteChallenge(challenge_id=challenge.id),
        SubmitWork(challenge_id=challenge.id, notes="Mine."),
        WriteReview(challenge_id=challenge.id, rating=1, text="Mine."),
        GetApplication(application_id=application.id),
        AcceptApplication(application_id=application.id),
        RequestChanges(submission_id=new_id("submission"), feedback="Mine."),
    ]
    problems = [await outsider.refused(request) for request in requests]
    assert {problem.kind for problem in problems} == {Kind.NOT_FOUND}
    assert (await outsider.ask(ListChallenges())).items == ()
    assert (await invited.ask(GetChallenge(challenge_id=challenge.id))).invited_user_ids == ()


async def test_who_may_not(someone: NewPerson, challenger: Someone, rpc: RpcClient) -> None:
    unverified = someone("challenger", email_verified=False)
    draft = await unverified.ask(new_challenge())
    refused = await unverified.refused(PublishChallenge(challenge_id=draft.id))
    assert (refused.kind, refused.code) == (Kind.FORBIDDEN, "challenges.email_not_verified")
    challenge = await open_challenge(challenger)
    nobody = await someone("solver", email_verified=False).refused(new_application(challenge.id))
    assert nobody.code == "challenges.email_not_verified"
    with pytest.raises(ProblemError) as anonymous:
        await rpc.call(ListChallenges(mine=True))
    assert anonymous.value.problem.kind is Kind.UNAUTHENTICATED
    with pytest.raises(ProblemError) as anonymous:
        await rpc.call(new_challenge())
    assert anonymous.value.problem.kind is Kind.UNAUTHENTICATED


async def test_a_wrong_budget_names_its_field(challenger: Someone, someone: NewPerson) -> None:
    challenge = await open_challenge(challenger, reward=FIXED)
    problem = await someone().refused(new_application(challenge.id, euros(50_001)))
    assert (problem.kind, [field.pointer for field in problem.fields]) == (Kind.INVALID, ["/budget/amount_minor"])


async def test_what_is_in_the_outbox_is_json_of_the_event(challenger: Someone, outbox: Outbox) -> None:
    challenge = await open_challenge(challenger)
    (row,) = outbox(challenge.id)
    assert row["type"] == ChallengePublished.type()
    assert orjson.loads(row["body"])["challenge_id"] == challenge.id


async def test_a_plan_that_payments_tells_of_allows_more_applications(
    run_service: RunService, rpc: RpcClient, tokens: TestTokens, amqp_url: str
) -> None:
    limits = {"CHALLENGES_MAX_PENDING_APPLICATIONS": "1", "CHALLENGES_ENTITLED_PENDING_APPLICATIONS": "2"}
    run_service("challenges", **limits)
    challenger, solver = Someone(rpc, tokens, "challenger"), Someone(rpc, tokens, "solver")
    first, second, third = [await open_challenge(challenger) for _ in range(3)]
    await solver.ask(new_application(first.id))
    refused = await solver.refused(new_application(second.id))
    assert (refused.kind, refused.code) == (Kind.CONFLICT, "challenges.application.claim_limit_reached")
    assert "applications.more" in refused.detail

    def told(revision: int, *names: str) -> EntitlementChanged:
        until = datetime.now(UTC) + timedelta(days=30)
        about = {"owner_id": solver.user_id, "subscription_id": new_id("subscription"), "valid_until": until}
        return EntitlementChanged.model_validate({**about, "entitlements": names, "revision": revision})

    async def applied() -> bool:
        try:
            await solver.ask(new_application(second.id))
        except ProblemError:
            return False
        return True

    async with connected(amqp_url) as broker:
        await broker.publish(told(2, "applications.more"), sequence=2)
        await broker.publish(told(1), sequence=1)  # late: it counts no more
    await eventually(applied, within=20.0)
    assert "applications.more" not in (await solver.refused(new_application(third.id))).detail
