"""The service as a process: from the acceptance to published reviews, led by the events of payments and by the clock."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import aio_pika
import aio_pika.abc
import pytest
import pytest_asyncio
from challenges_callers import NewPerson, Outbox, Someone, happened, open_challenge
from challenges_market import TWO_STEPS, euros, new_application

from chassis.ids import new_id
from chassis.rpc_client import RpcClient
from contracts.base import Event
from contracts.challenges.commands import AcceptApplication, ApproveSubmission, RequestChanges, SubmitWork, WriteReview
from contracts.challenges.events import ReviewPublished
from contracts.challenges.queries import ChallengeSort, GetApplication, GetChallenge, ListChallenges, ListReviews
from contracts.challenges.terms import ChallengeStatus, MilestoneStatus, RejectReason, Reward
from contracts.challenges.views import ChallengeView
from contracts.errors import ProblemError
from contracts.money import Money
from contracts.payments.events import EscrowFunded, FundsReleased
from local_platform.pytest_plugin import RunService
from local_platform.tokens import TestTokens

ESCROW = new_id("escrow")
Announce = Callable[..., Awaitable[None]]


@pytest_asyncio.fixture
async def announce(amqp_url: str) -> AsyncIterator[Announce]:
    """Publishes an event as the relay of payments does: CloudEvents in AMQP binary mode."""
    connection = await aio_pika.connect(amqp_url)
    channel = await connection.channel()
    exchange = await channel.declare_exchange("payments.events", aio_pika.ExchangeType.TOPIC, durable=True)

    async def publish(event: Event, sequence: int, event_id: str | None = None) -> None:
        attributes: dict[str, str | int] = {
            "specversion": "1.0",
            "id": event_id or new_id("event"),
            "source": event.source,
            "type": event.type(),
            "time": datetime.now(UTC).isoformat(),
            "subject": event.subject,
            "dataschema": event.dataschema(),
            "sequence": sequence,
        }
        headers: dict[str, aio_pika.abc.FieldValue] = {f"cloudEvents_{name}": value for name, value in attributes.items()}
        message = aio_pika.Message(event.model_dump_json().encode(), headers=headers, content_type="application/json")
        await exchange.publish(message, event.type())

    yield publish
    await connection.close()


@dataclass
class VirtualTime:
    """Serves the offset that the service's clock follows."""

    url: str = ""
    offset: timedelta = timedelta()


@pytest.fixture
def virtual_time() -> Iterator[VirtualTime]:
    served = VirtualTime()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps({"offset_seconds": served.offset.total_seconds()}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        served.url = f"http://127.0.0.1:{server.server_port}/clock"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield served
        server.shutdown()
        thread.join()


async def until(condition: Callable[[], Awaitable[bool]], within: float = 30.0) -> None:
    """Wait for a condition, with a deadline."""
    give_up_at = time.monotonic() + within
    while not await condition():
        assert time.monotonic() < give_up_at, "waited in vain"
        await asyncio.sleep(0.05)


async def engagement(challenger: Someone, solver: Someone, reward: Reward = TWO_STEPS) -> ChallengeView:
    challenge = await open_challenge(challenger, reward=reward)
    application = await solver.ask(new_application(challenge.id))
    await challenger.ask(AcceptApplication(application_id=application.id))
    started: ChallengeView = await challenger.ask(GetChallenge(challenge_id=challenge.id))
    return started


def funded(challenge: ChallengeView, *milestone_ids: str) -> EscrowFunded:
    assert challenge.solver_id is not None
    return EscrowFunded(
        escrow_id=ESCROW,
        challenge_id=challenge.id,
        challenge_title=challenge.title,
        payer_id=challenge.challenger_id,
        payee_id=challenge.solver_id,
        milestone_ids=milestone_ids or tuple(step.id for step in challenge.milestones),
        amount=euros(100_000),
    )


def released(challenge: ChallengeView, milestone_id: str) -> FundsReleased:
    assert challenge.solver_id is not None
    return FundsReleased(
        escrow_id=ESCROW,
        challenge_id=challenge.id,
        challenge_title=challenge.title,
        payer_id=challenge.challenger_id,
        payee_id=challenge.solver_id,
        milestone_id=milestone_id,
        gross=euros(60_000),
        fee=Money(amount_minor=6_000, currency="EUR"),
        net=Money(amount_minor=54_000, currency="EUR"),
        milestone_settled=True,
    )


async def milestones_become(challenger: Someone, challenge: ChallengeView, *expected: MilestoneStatus) -> None:
    async def they_have() -> bool:
        now = await challenger.ask(GetChallenge(challenge_id=challenge.id))
        return [step.status for step in now.milestones] == list(expected)

    await until(they_have)


async def deliver(challenger: Someone, solver: Someone, challenge: ChallengeView, milestone_id: str) -> None:
    submission = await solver.ask(SubmitWork(challenge_id=challenge.id, notes="Done.", milestone_id=milestone_id))
    await challenger.ask(ApproveSubmission(submission_id=submission.id))


async def test_from_funding_to_published_reviews(
    challenger: Someone, someone: NewPerson, rpc: RpcClient, announce: Announce, outbox: Outbox
) -> None:
    solver = someone()
    challenge = await engagement(challenger, solver)
    first, second = (step.id for step in challenge.milestones)
    await announce(funded(challenge), 1)
    await milestones_become(challenger, challenge, MilestoneStatus.FUNDED, MilestoneStatus.FUNDED)

    attempt = await solver.ask(SubmitWork(challenge_id=challenge.id, notes="First try.", milestone_id=first))
    await challenger.ask(RequestChanges(submission_id=attempt.id, feedback="Explain the model."))
    await deliver(challenger, solver, challenge, first)
    await announce(released(challenge, first), 2)
    await milestones_become(challenger, challenge, MilestoneStatus.RELEASED, MilestoneStatus.FUNDED)
    await deliver(challenger, solver, challenge, second)
    completed = await challenger.ask(GetChallenge(challenge_id=challenge.id))
    assert completed.status is ChallengeStatus.COMPLETED

    await challenger.ask(WriteReview(challenge_id=challenge.id, rating=5, text="Excellent."))
    assert (await rpc.call(ListReviews(challenge_id=challenge.id))).items == ()
    await solver.ask(WriteReview(challenge_id=challenge.id, rating=4, text="Clear brief."))
    assert [review.rating for review in (await rpc.call(ListReviews(challenge_id=challenge.id))).items] == [5, 4]
    assert happened(outbox(challenge.id)) == [
        "challenge_published",
        "application_submitted",
        "application_accepted",
        "challenge_updated",
        "challenge_updated",  # funded
        "work_submitted",
        "changes_requested",
        "work_submitted",
        "submission_approved",
        "challenge_updated",
        "challenge_updated",  # released
        "work_submitted",
        "submission_approved",
        "challenge_updated",
        "challenge_completed",
        "review_published",
        "review_published",
    ]


async def test_a_payments_event_that_comes_twice_or_too_early_has_one_effect(
    challenger: Someone, someone: NewPerson, announce: Announce, outbox: Outbox
) -> None:
    challenge = await engagement(challenger, someone())
    first = challenge.milestones[0].id
    await announce(released(challenge, first), 2)  # waits for the funding before it
    event_id = new_id("event")
    for _ in range(5):
        await announce(funded(challenge), 1, event_id)
    await milestones_become(challenger, challenge, MilestoneStatus.RELEASED, MilestoneStatus.FUNDED)
    assert happened(outbox(challenge.id))[-3:] == ["challenge_updated"] * 3  # accepted, funded, released


async def test_both_reviews_at_once_are_both_published_once(
    challenger: Someone, someone: NewPerson, rpc: RpcClient, announce: Announce, outbox: Outbox
) -> None:
    solver = someone()
    challenge = await engagement(challenger, solver)
    await announce(funded(challenge), 1)
    await milestones_become(challenger, challenge, MilestoneStatus.FUNDED, MilestoneStatus.FUNDED)
    for step in challenge.milestones:
        await deliver(challenger, solver, challenge, step.id)
    command = WriteReview(challenge_id=challenge.id, rating=4, text="Good.")
    answers = await asyncio.gather(*(party.ask(command) for party in (challenger, solver) for _ in range(3)), return_exceptions=True)
    refused = [answer.problem.code for answer in answers if isinstance(answer, ProblemError)]
    assert refused == ["challenges.review.already_written"] * 4
    reviews = (await rpc.call(ListReviews(challenge_id=challenge.id))).items
    assert {review.author_id for review in reviews} == {challenger.user_id, solver.user_id}
    told = [row for row in outbox(challenge.id) if row["type"] == ReviewPublished.type()]
    assert {ReviewPublished.model_validate_json(row["body"]).review_id for row in told} == {review.id for review in reviews}
    assert len(told) == 2


async def test_the_clock_ends_what_nobody_decides(
    run_service: RunService, rpc: RpcClient, tokens: TestTokens, virtual_time: VirtualTime
) -> None:
    run_service("challenges", CHALLENGES_CLOCK_URL=virtual_time.url)
    quarter = timedelta(days=90).total_seconds()
    challenger, solver = Someone(rpc, tokens, "challenger", lifetime=quarter), Someone(rpc, tokens, "solver", lifetime=quarter)
    challenge = await open_challenge(challenger)
    application = await solver.ask(new_application(challenge.id))

    async def listed(expected: bool) -> bool:
        return (challenge.id in {each.id for each in (await rpc.call(ListChallenges(sort=ChallengeSort.DEADLINE))).items}) is expected

    async def ended() -> bool:
        seen = await challenger.ask(GetChallenge(challenge_id=challenge.id))
        return seen.status is ChallengeStatus.CANCELLED

    assert await listed(True)
    virtual_time.offset = timedelta(days=31)
    await until(lambda: listed(False))
    assert not await ended()
    virtual_time.offset = timedelta(days=61)
    await until(ended)
    assert (await solver.ask(GetApplication(application_id=application.id))).reject_reason is RejectReason.CHALLENGE_CANCELLED


async def test_the_clock_publishes_a_lonely_review(
    run_service: RunService, rpc: RpcClient, tokens: TestTokens, announce: Announce, virtual_time: VirtualTime
) -> None:
    run_service("challenges", CHALLENGES_CLOCK_URL=virtual_time.url)
    month = timedelta(days=31).total_seconds()
    challenger, solver = Someone(rpc, tokens, "challenger", lifetime=month), Someone(rpc, tokens, "solver", lifetime=month)
    challenge = await engagement(challenger, solver)
    await announce(funded(challenge), 1)
    await milestones_become(challenger, challenge, MilestoneStatus.FUNDED, MilestoneStatus.FUNDED)
    for step in challenge.milestones:
        await deliver(challenger, solver, challenge, step.id)
    await solver.ask(WriteReview(challenge_id=challenge.id, rating=4, text="Clear brief."))

    async def shown(by: timedelta) -> bool:
        virtual_time.offset = by
        return bool((await rpc.call(ListReviews(challenge_id=challenge.id))).items)

    assert not await shown(by=timedelta())
    await until(lambda: shown(by=timedelta(days=14, minutes=1)))
    late = await challenger.refused(WriteReview(challenge_id=challenge.id, rating=1, text="Too late."))
    assert late.code == "challenges.review.window_closed"
