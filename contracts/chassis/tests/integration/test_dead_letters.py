"""Dead letters: kept, shown to administrators, replayed in order with one effect, discarded with a reason."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import Iterator
from typing import Any

import pymongo
import pytest
from greeter.messages import Greeted, Missed, Record
from pymongo.database import Database

from chassis.ids import new_id
from chassis.rpc_client import RpcClient
from contracts.admin.commands import DiscardDeadLetter, ReplayDeadLetter, ReplayDeadLetters
from contracts.admin.queries import GetDeadLetter, ListDeadLetters
from contracts.admin.views import DeadLetterView, LetterStatus
from contracts.errors import ProblemError
from local_platform.observing import eventually, metric
from local_platform.publishing import connected
from local_platform.pytest_plugin import RunningService, RunService
from local_platform.servers import Mongo
from local_platform.tokens import TestTokens

TO = "greeter.dead_letters"
SHORT_TIERS = {"GREETER_RETRY_TIERS_S": "[0.1, 0.2]"}
ADMIN = new_id("user")
WAITING = 'openchance_dead_letters{queue="greeter.on_greeted",service="greeter"}'
DUPLICATES = 'openchance_events_total{outcome="duplicate",service="greeter",type="greeter.greeted.v1"}'


@pytest.fixture
def admin(tokens: TestTokens) -> str:
    return tokens.issue(ADMIN, roles=("admin",))


@pytest.fixture
def service(run_service: RunService) -> RunningService:
    return run_service("greeter", **SHORT_TIERS)


@pytest.fixture
def database(service: RunningService, mongo_url: str) -> Iterator[Database[dict[str, Any]]]:
    with pymongo.MongoClient[dict[str, Any]](mongo_url, tz_aware=True) as client:
        yield client[service.database]


class Desk:
    """What an administrator does."""

    def __init__(self, rpc: RpcClient, token: str) -> None:
        self._rpc, self._token = rpc, token

    async def waiting(self, count: int = 1) -> tuple[DeadLetterView, ...]:
        """The letters that wait, once there are so many."""

        async def listed() -> list[tuple[DeadLetterView, ...]]:
            found = (await self._rpc.call(ListDeadLetters(limit=100), token=self._token, to=TO)).items
            return [found] if len(found) == count else []

        (found,) = await eventually(listed)
        return found

    async def ask(self, request: Any, **more: Any) -> Any:
        return await self._rpc.call(request, token=self._token, to=TO, **more)


@pytest.fixture
def desk(service: RunningService, rpc: RpcClient, admin: str) -> Desk:
    return Desk(rpc, admin)


def handled(database: Database[dict[str, Any]], name: str) -> int:
    return database["seen"].count_documents({"name": name, "what": "handled"})


async def test_a_letter_that_is_replayed_has_one_effect(
    desk: Desk, service: RunningService, database: Database[dict[str, Any]], amqp_url: str
) -> None:
    async with connected(amqp_url) as broker:
        event_id = await broker.publish(Greeted(name="Ada", fails=3), sequence=7)
        (letter,) = await desk.waiting()
        assert (letter.event_id, letter.subject, letter.sequence, letter.attempts) == (event_id, "Ada", 7, 3)
        assert (letter.queue, letter.event_type, letter.replays) == ("greeter.on_greeted", "greeter.greeted.v1", 0)
        await eventually(lambda: metric_is(service, WAITING, 1))
        replayed = [await desk.ask(ReplayDeadLetter(letter_id=letter.id, reason="mended"), idempotency_key=key) for key in ("a", "a", "b")]
        assert [view.replayed for view in replayed] == [(letter.id,), (letter.id,), ()]
        await eventually(lambda: handled(database, "Ada") == 1)
        assert await desk.waiting(0) == ()
        # The process ended after the broker had it and before that was written down: it is sent again.
        await eventually(lambda: database["dead_letters"].count_documents({"status": "replayed"}))
        body = Greeted(name="Ada", fails=3).model_dump_json().encode()
        database["dead_letters"].update_one({"_id": letter.id}, {"$set": {"status": "replaying", "body": body}})
        await eventually(lambda: metric_is(service, DUPLICATES, 1))
    assert handled(database, "Ada") == 1
    await eventually(lambda: metric_is(service, WAITING, 0))
    (action,) = database["admin_actions"].find({})
    assert (action["actor_id"], action["action"], action["target"], action["reason"]) == (
        ADMIN,
        "dead_letters.replayed",
        letter.id,
        "mended",
    )
    event = database["outbox"].find_one({"type": "admin.action_taken.v1"})
    assert event is not None
    assert event["subject"] == action["_id"]


async def metric_is(service: RunningService, sample: str, value: float) -> bool:
    return await metric(service.health_url, sample) == value


async def test_what_dies_again_waits_again(desk: Desk, database: Database[dict[str, Any]], amqp_url: str) -> None:
    async with connected(amqp_url) as broker:
        await broker.publish(Greeted(name="Ada", fails=100))
        (first,) = await desk.waiting()
        await desk.ask(ReplayDeadLetter(letter_id=first.id))

        async def dead_again() -> DeadLetterView | None:
            view: DeadLetterView = await desk.ask(GetDeadLetter(letter_id=first.id))
            return view if view.status is LetterStatus.WAITING else None

        again = await eventually(dead_again)
    assert (again.replays, again.attempts, again.first_failed_at) == (1, 3, first.first_failed_at)
    assert again.last_failed_at > first.last_failed_at
    assert handled(database, "Ada") == 0


async def test_an_aggregate_is_replayed_in_order_and_released(
    desk: Desk, database: Database[dict[str, Any]], rpc: RpcClient, amqp_url: str
) -> None:
    async with connected(amqp_url) as broker:
        for name, sequence in (("Ada", 3), ("Ada", 2), ("Bob", 1), ("Ada", 4)):
            await broker.publish(Missed(name=name), sequence=sequence)
        letters = await desk.waiting(4)
        await rpc.call(Record(name="Ada"))  # what they waited for
        by_sequence = {letter.sequence: letter.id for letter in letters}
        view = await desk.ask(ReplayDeadLetter(letter_id=by_sequence[4]))
        assert view.replayed == (by_sequence[2], by_sequence[3], by_sequence[4])
        await eventually(lambda: database["seen"].count_documents({"name": "Ada", "what": "awaited"}) == 3)
        (left,) = await desk.waiting(1)
        assert left.subject == "Bob"


async def test_a_whole_queue_is_replayed(desk: Desk, database: Database[dict[str, Any]], rpc: RpcClient, amqp_url: str) -> None:
    async with connected(amqp_url) as broker:
        names = ["Ada", "Bob", "Eve"]
        for name in names:
            await broker.publish(Missed(name=name))
        await broker.publish(Greeted(name="Zoe", fails=100))
        await desk.waiting(4)
        for name in names:
            await rpc.call(Record(name=name))
        view = await desk.ask(ReplayDeadLetters(queue="greeter.on_missed", reason="their greetings came"))
        assert (len(view.replayed), view.more) == (3, False)
        await eventually(lambda: database["seen"].count_documents({"what": "awaited"}) == 3)
        (left,) = await desk.waiting(1)
        assert left.subject == "Zoe"
    with pytest.raises(ProblemError, match=r"chassis\.dead_letter\.not_found"):
        await desk.ask(ReplayDeadLetters(queue="greeter.on_nothing"))


async def test_a_letter_is_discarded_with_a_reason(desk: Desk, database: Database[dict[str, Any]], amqp_url: str) -> None:
    async with connected(amqp_url) as broker:
        event_id = await broker.publish(Greeted(name="Ada", fails=100))
        (letter,) = await desk.waiting()
        for _ in range(2):
            view = await desk.ask(DiscardDeadLetter(letter_id=letter.id, reason="a test gone wrong"))
            assert view.status is LetterStatus.DISCARDED
        assert (await desk.ask(ReplayDeadLetter(letter_id=letter.id))).replayed == ()
        await broker.publish(Greeted(name="Ada", fails=100), event_id=event_id)  # it comes once more
        await broker.publish(Greeted(name="Bob", fails=100))
        (other,) = await desk.waiting()
        assert other.subject == "Bob"
    assert database["admin_actions"].count_documents({"action": "dead_letters.discarded", "reason": "a test gone wrong"}) == 1
    shown = await desk.ask(GetDeadLetter(letter_id=letter.id))
    assert shown.reason == "a test gone wrong"


async def test_who_may_see_and_act(desk: Desk, rpc: RpcClient, tokens: TestTokens, amqp_url: str) -> None:
    async with connected(amqp_url) as broker:
        await broker.publish(Greeted(name="Ada", fails=100))
        (letter,) = await desk.waiting()

    async def answer(role: str | None, request: Any) -> str:
        token = None if role is None else tokens.issue(new_id("user"), roles=(role,))
        try:
            await rpc.call(request, token=token, to=TO)
        except ProblemError as error:
            return error.problem.kind.value
        return "ok"

    requests = [
        ListDeadLetters(),
        GetDeadLetter(letter_id=letter.id),
        ReplayDeadLetter(letter_id=letter.id),
        ReplayDeadLetters(queue=letter.queue),
        DiscardDeadLetter(letter_id=letter.id, reason="no"),
    ]
    for role in ("solver", "moderator", "finance"):
        assert [await answer(role, request) for request in requests] == ["not_found"] * 5
    assert [await answer("support", request) for request in requests] == ["ok"] + ["forbidden"] * 4
    assert [await answer(None, request) for request in requests] == ["unauthenticated"] * 5
    unknown = new_id("letter")
    for request in (
        GetDeadLetter(letter_id=unknown),
        ReplayDeadLetter(letter_id=unknown),
        DiscardDeadLetter(letter_id=unknown, reason="x"),
    ):
        assert await answer("admin", request) == "not_found"
    assert [view.status for view in await desk.waiting()] == [LetterStatus.WAITING]


async def test_listing_goes_on_by_cursor_and_changes_nothing(desk: Desk, amqp_url: str) -> None:
    async with connected(amqp_url) as broker:
        for number in range(5):
            await broker.publish(Greeted(name=f"n{number}", fails=100))
        everything = [letter.id for letter in await desk.waiting(5)]
    for _ in range(2):
        seen: list[str] = []
        cursor = None
        while True:
            page = await desk.ask(ListDeadLetters(limit=2, cursor=cursor))
            seen += [letter.id for letter in page.items]
            cursor = page.next_cursor
            if cursor is None:
                break
        assert seen == everything == sorted(everything)
    with pytest.raises(ProblemError, match=re.escape("chassis.cursor.invalid")):
        await desk.ask(ListDeadLetters(cursor="Y3Vyc29y"))


async def test_a_letter_is_kept_through_an_outage_of_the_database(run_service: RunService, amqp_url: str, tmp_path: Any) -> None:
    mongo = Mongo(tmp_path / "mongo")
    mongo.start()
    try:
        service = run_service("greeter", GREETER_MONGO_URL=mongo.url)
        mongo.kill()
        async with connected(amqp_url) as broker:
            event_id = await broker.publish(Greeted(name="Ada"), body=b"{")  # dies without the database
            await eventually(lambda: "dead_letter_not_kept" in service.log)
        mongo.start()
        with pymongo.MongoClient[dict[str, Any]](mongo.url) as client:
            letters = client[service.database]["dead_letters"]
            await eventually(lambda: letters.count_documents({"event_id": event_id}) == 1)
        service.stop()
    finally:
        mongo.stop()


async def test_the_command_line(desk: Desk, admin: str, amqp_url: str, tokens: TestTokens) -> None:
    async def openchance(*arguments: str, token: str | None = admin) -> tuple[int, str, str]:
        env = {**os.environ, "OPENCHANCE_AMQP_URL": amqp_url, **({} if token is None else {"OPENCHANCE_ACCESS_TOKEN": token})}
        program = "from chassis import command_line; import sys; command_line.SERVICES = ('greeter',); sys.exit(command_line.main())"
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", program, "dlq", *arguments, env=env, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        out, err = await process.communicate()
        return process.returncode or 0, out.decode(), err.decode()

    async with connected(amqp_url) as broker:
        for name in ("Ada", "Bob"):
            await broker.publish(Greeted(name=name, fails=3))
        await broker.publish(Greeted(name="Zoe", fails=100))
        ada, bob, zoe = sorted(await desk.waiting(3), key=lambda letter: letter.subject)
    status, out, _ = await openchance("list", "--queue", "greeter.on_greeted")
    assert (status, out.splitlines()[0]) == (0, "3 dead letters")
    assert f"{ada.id}  " in out
    status, out, _ = await openchance("show", ada.id)
    assert status == 0
    assert "cloudEvents_type: greeter.greeted.v1" in out
    status, out, _ = await openchance("replay", ada.id, bob.id, "--reason", "mended")
    assert (status, out.splitlines()) == (0, [ada.id, bob.id, "2 replayed"])
    status, out, _ = await openchance("discard", zoe.id, "--reason", "never mind")
    assert (status, out.strip()) == (0, f"{zoe.id} discarded")
    assert await desk.waiting(0) == ()

    stranger = tokens.issue(new_id("user"), roles=("solver",))
    assert (await openchance("show", zoe.id, token=stranger))[::2] == (
        1,
        "There is no such dead letter. (chassis.dead_letter.not_found)\n",
    )
    assert (await openchance("list", token=None))[::2] == (2, "OPENCHANCE_ACCESS_TOKEN is missing\n")
    status, _, err = await openchance("show", "letter_1")
    assert status == 2
    assert "letter_id" in err
    assert (await openchance("replay"))[0] == 2
