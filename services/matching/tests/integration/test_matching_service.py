"""Matching as processes: told by events, asked over RPC."""

from __future__ import annotations

import json
import socket
from collections.abc import AsyncIterator
from typing import Any

import pymongo
import pytest
import pytest_asyncio
from matching_fakes import about, challenge_view, profile, published, registered, standing, updated

from chassis.ids import new_id
from chassis.rpc_client import RpcClient
from contracts.challenges.events import ApplicationAccepted
from contracts.challenges.terms import Visibility
from contracts.errors import Kind, ProblemError
from contracts.identity.standing import AccountStatus
from contracts.matching.queries import AutocompleteChallenges, MatchChallenges, MatchSolvers, SearchChallenges
from local_platform.observing import eventually
from local_platform.publishing import Broker, connected
from local_platform.pytest_plugin import RunningService, RunService


@pytest.fixture
def matching(run_service: RunService) -> RunningService:
    return run_service("matching")


@pytest_asyncio.fixture
async def broker(amqp_url: str, matching: RunningService) -> AsyncIterator[Broker]:
    async with connected(amqp_url) as broker:
        yield broker


def outbox(matching: RunningService, mongo_url: str) -> list[dict[str, Any]]:
    with pymongo.MongoClient[dict[str, Any]](mongo_url) as client:
        return [json.loads(row["body"]) for row in client[matching.database].outbox.find({"type": "matching.challenge_matched.v1"})]


async def test_from_registration_to_a_match(rpc: RpcClient, broker: Broker, matching: RunningService, mongo_url: str, tokens) -> None:
    engineer, baker = new_id("user"), new_id("user")
    await broker.publish(registered(engineer), sequence=1)
    await broker.publish(profile(engineer, headline="Data engineer", bio="I move figures into warehouses."), sequence=2)
    await broker.publish(profile(baker, headline="Baker", bio="Bread and cakes.", skills=("baking",)), sequence=1)
    with pymongo.MongoClient[dict[str, Any]](mongo_url) as client:
        await eventually(lambda: client[matching.database].solvers.count_documents({"embedding": {"$exists": True}}) == 2)

    view = challenge_view()
    event_id = await broker.publish(published(view), sequence=1)
    await broker.publish(published(view), sequence=1, event_id=event_id)
    (told,) = await eventually(lambda: outbox(matching, mongo_url))
    assert (told["user_id"], told["challenge_id"]) == (engineer, view.id)

    async def found() -> Any:
        return (await rpc.call(SearchChallenges(q="dta pipelin"))).items

    (hit,) = await eventually(found)
    assert hit.id == view.id
    assert (await rpc.call(AutocompleteChallenges(q="pyth"))).items == ("python",)

    owner = tokens.issue(view.challenger_id, roles=("challenger",))
    answer = await rpc.call(MatchSolvers(challenge_id=view.id), token=owner)
    assert [match.user_id for match in answer.items] == [engineer, baker]
    assert answer.items[0].score > 0.6 > answer.items[1].score
    assert answer.model == "all-MiniLM-L6-v2"
    mine = await rpc.call(MatchChallenges(), token=tokens.issue(engineer))
    assert [match.challenge.id for match in mine.items] == [view.id]

    with pytest.raises(ProblemError) as refused:
        await rpc.call(MatchSolvers(challenge_id=view.id), token=tokens.issue(engineer))
    assert (refused.value.problem.kind, refused.value.problem.code) == (Kind.NOT_FOUND, "matching.challenge.not_found")
    with pytest.raises(ProblemError) as refused:
        await rpc.call(MatchChallenges())
    assert refused.value.problem.kind is Kind.UNAUTHENTICATED
    assert len(outbox(matching, mongo_url)) == 1


async def test_both_replicas_answer_what_one_was_told(run_service, matching, broker, rpc, tokens) -> None:
    run_service("matching", database=matching.database)
    owner = new_id("user")
    view = challenge_view(visibility=Visibility.PRIVATE, challenger_id=owner)
    token = tokens.issue(owner, roles=("challenger",))
    await broker.publish(published(view), sequence=1)

    async def in_a_row(total: int) -> bool:
        """Calls go to the replicas in turn."""
        answers = [await rpc.call(SearchChallenges(q="pipeline"), token=token) for _ in range(6)]
        return all(answer.total == total for answer in answers)

    await eventually(lambda: in_a_row(1))
    assert (await rpc.call(SearchChallenges(q="pipeline"), token=tokens.issue(new_id("user")))).total == 0
    accepted = ApplicationAccepted(**about(view), application_id=new_id("application"), solver_id=new_id("user"), milestones=())
    await broker.publish(accepted, sequence=3)
    await broker.publish(updated(view), sequence=2)
    await eventually(lambda: in_a_row(0))


async def test_a_restart_rebuilds_the_index(matching, broker, rpc) -> None:
    view = challenge_view(title="Restore a wooden boat")
    await broker.publish(published(view), sequence=1)

    async def found() -> Any:
        return (await rpc.call(SearchChallenges(q="wodden boat"))).items

    await eventually(found)
    matching.kill()
    matching.restart()
    (hit,) = await eventually(found)
    assert hit.id == view.id


async def test_who_is_banned_is_found_no_more_by_any_replica(run_service, matching, broker, rpc, tokens) -> None:
    run_service("matching", database=matching.database)
    owner = new_id("user")
    await broker.publish(standing(owner, AccountStatus.SUSPENDED), sequence=2)  # of somebody nobody has heard of yet
    await broker.publish(registered(owner), sequence=1)
    await broker.publish(published(challenge_view(challenger_id=owner)), sequence=1)
    await broker.publish(published(other := challenge_view()), sequence=1)

    async def in_a_row(ids: set[str]) -> bool:
        """Calls go to the replicas in turn."""
        answers = [await rpc.call(SearchChallenges(q="pipeline")) for _ in range(6)]
        return all({hit.id for hit in answer.items} == ids for answer in answers)

    await eventually(lambda: in_a_row({other.id}))
    await broker.publish(standing(other.challenger_id, AccountStatus.BANNED), sequence=2)
    await eventually(lambda: in_a_row(set()))
    await broker.publish(standing(other.challenger_id, AccountStatus.ACTIVE), sequence=3)
    await eventually(lambda: in_a_row({other.id}))


async def test_a_model_that_hangs_holds_nobody_up(run_service, amqp_url, rpc, mongo_url) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=200) as hangs:  # takes connections and never says a word
        base = f"http://127.0.0.1:{hangs.getsockname()[1]}/v1"
        env = {"MATCHING_OPENAI_API_KEY": "sk-test", "MATCHING_OPENAI_API_BASE": base, "MATCHING_MAX_WORKERS": "8"}
        service = run_service("matching", **env)
        view = challenge_view()
        async with connected(amqp_url) as broker:
            for _ in range(20):
                await broker.publish(profile(), sequence=1)
            await broker.publish(published(view), sequence=1)

        async def found() -> Any:
            return (await rpc.call(SearchChallenges(q="pipeline"))).items

        with pymongo.MongoClient[dict[str, Any]](mongo_url) as client:
            await eventually(lambda: client[service.database].solvers.count_documents({}) == 20)
        assert [hit.id for hit in await eventually(found)] == [view.id]
        service.kill()  # the timer still waits for an answer
