"""A service is killed while it keeps a dead letter and while it sends it again: one letter, one effect."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pymongo
from greeter.messages import Missed

from chassis.ids import new_id
from chassis.rpc_client import RpcClient
from contracts.admin.commands import DiscardDeadLetter, ReplayDeadLetter
from contracts.admin.views import LetterStatus
from contracts.errors import Kind, ProblemError
from local_platform.crashing import Doomed
from local_platform.observing import eventually
from local_platform.publishing import connected
from local_platform.pytest_plugin import RunService
from local_platform.tokens import TestTokens


class Story:
    """One service, killed at one point after another; its database and its administrator."""

    def __init__(self, doomed: Doomed, database: Any, rpc: RpcClient, token: str) -> None:
        self.doomed, self.database = doomed, database
        self._rpc, self._token = rpc, token

    async def killed_at(self, point: str) -> None:
        """It comes back to be killed there, by what waits for it or is asked meanwhile."""
        await asyncio.to_thread(self.doomed.process.stop)
        await self.doomed.begin(point)

    def letters(self, status: str) -> list[dict[str, Any]]:
        return list(self.database["dead_letters"].find({"status": status}))

    async def ask(self, request: Any, key: str) -> Any:
        """Until it is answered, with one key, as an administrator's client does."""
        while True:
            try:
                return await self._rpc.call(request, token=self._token, to="greeter.dead_letters", idempotency_key=key, timeout=60)
            except ProblemError as error:
                if error.problem.kind is not Kind.UNAVAILABLE:
                    raise
                await asyncio.sleep(0.1)


async def test_killed_there_a_letter_is_kept_once_and_replayed_with_one_effect(
    run_service: RunService, rpc: RpcClient, tokens: TestTokens, amqp_url: str, mongo_url: str
) -> None:
    service = await asyncio.to_thread(run_service, "greeter", GREETER_RETRY_TIERS_S="[0.1]")
    with pymongo.MongoClient[dict[str, Any]](mongo_url) as client:
        token = tokens.issue(new_id("user"), roles=("admin",))
        story = Story(Doomed(service.process, "GREETER_CRASH_AT", mongo_url), client[service.database], rpc, token)

        await story.killed_at("dead_letter.kept")
        async with connected(amqp_url) as broker:
            await broker.publish(Missed(name="Ada"), sequence=1)
        await story.doomed.died()
        (kept,) = story.letters("waiting")

        # What the handler missed is there now. The letter comes again, which is no news; the replay goes out, and nobody writes that down.
        story.database["greetings"].insert_one({"name": "Ada"})
        await story.doomed.begin("dead_letter.sent_again")
        replay = ReplayDeadLetter(letter_id=kept["_id"], reason="mended")
        asked = asyncio.create_task(story.ask(replay, "k"))
        await story.doomed.died()
        assert [letter["_id"] for letter in story.letters("replaying")] == [kept["_id"]]
        await story.doomed.begin("dead_letter.sending_recorded")
        await story.doomed.died()
        await story.doomed.revive()
        assert (await asked).replayed == (await story.ask(replay, "k")).replayed == (kept["_id"],)

        await eventually(lambda: story.database["seen"].count_documents({"name": "Ada", "what": "awaited"}) == 1)
        await eventually(lambda: [letter["_id"] for letter in story.letters("replayed")] == [kept["_id"]])
        assert story.database["dead_letters"].count_documents({}) == 1
        assert story.database["admin_actions"].count_documents({}) == 1
        assert story.database["seen"].count_documents({"name": "Ada"}) == 1


async def test_killed_when_a_discard_is_committed_it_is_answered_and_told_once(
    run_service: RunService, rpc: RpcClient, tokens: TestTokens, mongo_url: str
) -> None:
    service = await asyncio.to_thread(run_service, "greeter")
    with pymongo.MongoClient[dict[str, Any]](mongo_url) as client:
        token = tokens.issue(new_id("user"), roles=("admin",))
        story = Story(Doomed(service.process, "GREETER_CRASH_AT", mongo_url), client[service.database], rpc, token)
        letter_id = new_id("letter")
        story.database["dead_letters"].insert_one(_letter(letter_id))

        await story.killed_at("unit_of_work.committed")
        asked = asyncio.create_task(story.ask(DiscardDeadLetter(letter_id=letter_id, reason="a test"), "k"))
        await story.doomed.died()
        await story.doomed.revive()
        assert (await asked).status is LetterStatus.DISCARDED
        assert story.database["admin_actions"].count_documents({"action": "dead_letters.discarded"}) == 1
        assert story.database["outbox"].count_documents({"type": "admin.action_taken.v1"}) == 1


def _letter(letter_id: str) -> dict[str, Any]:
    """As the service keeps one."""
    at = datetime.now(UTC)
    return {
        "_id": letter_id,
        "key": f"greeter.on_greeted/{letter_id}",
        "queue": "greeter.on_greeted",
        "event_id": new_id("event"),
        "event_type": "greeter.greeted.v1",
        "subject": "Ada",
        "sequence": 1,
        "status": "waiting",
        "body": b"{}",
        "headers": "{}",
        "content_type": "application/json",
        "content_encoding": "utf-8",
        "error": "RuntimeError",
        "traceback": "",
        "trace_id": None,
        "attempts": 1,
        "replays": 0,
        "first_failed_at": at,
        "last_failed_at": at,
    }
