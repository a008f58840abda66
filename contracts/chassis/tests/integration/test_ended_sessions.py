"""A session that ended opens nothing any more, whichever replica heard of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from greeter.messages import Greet, WhoAmI

from chassis import ended_sessions
from chassis.clock import FixedClock
from chassis.ended_sessions import EndedSessions
from chassis.ids import new_id
from chassis.mongo import Store
from chassis.principal import Principal, SessionEnded
from chassis.rpc_client import RpcClient
from contracts.errors import ProblemError
from contracts.identity.events import SessionRevoked
from local_platform.observing import eventually
from local_platform.publishing import connected
from local_platform.pytest_plugin import RunService
from local_platform.tokens import TestTokens


def of(session_id: str) -> Principal:
    return Principal(user_id="user_1", session_id=session_id, roles=frozenset(), email_verified=True, token="")


@pytest.fixture
def replica(store: Store, clock: FixedClock):
    ended_sessions.create(store.database)
    return lambda: EndedSessions(store.database, clock)


def refused(sessions: EndedSessions, session_id: str) -> bool:
    try:
        sessions.refuse(of(session_id))
    except SessionEnded:
        return True
    return False


def test_replicas_hear_from_each_other(replica) -> None:
    one, other = replica(), replica()
    other.refresh()
    one.note("session_1")
    assert refused(one, "session_1")
    assert not refused(other, "session_1")
    other.refresh()
    assert refused(other, "session_1")
    assert not refused(other, "session_2")


def test_a_replica_that_starts_later_knows_at_its_first_question(replica) -> None:
    replica().note("session_1")
    assert refused(replica(), "session_1")


def test_what_no_token_can_speak_of_any_more_is_forgotten(replica, clock: FixedClock) -> None:
    one = replica()
    one.note("session_1")
    clock.advance(timedelta(minutes=59))
    one.refresh()
    assert refused(one, "session_1")
    clock.advance(timedelta(minutes=2))
    one.refresh()
    assert not refused(one, "session_1")


def test_a_clock_that_is_set_back_hides_nothing(replica, clock: FixedClock) -> None:
    one, other = replica(), replica()
    other.refresh()
    clock.advance(timedelta(minutes=-30))
    one.note("session_1")
    clock.advance(timedelta(seconds=20))
    other.refresh()
    assert refused(other, "session_1")


async def test_a_service_refuses_the_tokens_of_an_ended_session(
    rpc: RpcClient, run_service: RunService, tokens: TestTokens, amqp_url: str
) -> None:
    run_service("greeter")
    user, ended, other = new_id("user"), new_id("session"), new_id("session")
    token = tokens.issue(user, session_id=ended)
    assert (await rpc.call(WhoAmI(), token=token)).by == user
    async with connected(amqp_url) as broker:
        await broker.publish(SessionRevoked(user_id=user, session_id=ended, reason="logged_out"))

        async def is_refused() -> bool:
            try:
                await rpc.call(WhoAmI(), token=token)
            except ProblemError as refusal:
                return refusal.problem.code == "identity.session.ended"
            return False

        await eventually(is_refused)
    with pytest.raises(ProblemError):
        await rpc.call(Greet(name="Ada"), token=token)
    assert (await rpc.call(WhoAmI(), token=tokens.issue(user, session_id=other))).by == user
