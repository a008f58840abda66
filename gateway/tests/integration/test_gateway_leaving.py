"""What Redis keeps of those who left is found among everything else and dropped."""

from __future__ import annotations

from gateway_fakes.waiting import PATIENCE_S

from chassis.ids import new_id
from contracts.identity.events import PersonDeletionStarted
from gateway.shared.connection import SharedRedis
from gateway.shared.idempotency import Idempotency, RedisRecords, StoredAnswer
from gateway.shared.leaving import Leaving


async def test_answers_of_those_who_left_are_dropped_and_no_others(redis_url: str) -> None:
    redis = SharedRedis(redis_url, timeout_s=PATIENCE_S)
    records = RedisRecords(redis)
    idempotency, leaving = Idempotency(records, lock_s=5, wait_s=1), Leaving(records)
    gone, stays = [new_id("user") for _ in range(2)], new_id("user")

    async def answered(scope: str, about: str) -> bool:
        """Whether this was answered before."""

        async def perform() -> StoredAnswer:
            return StoredAnswer(200, {}, about.encode())

        return (await idempotency.answer(scope, "key", "body", perform))[1]

    try:
        for number in range(700):  # more than are read at a time
            await answered(f"{stays} POST /{number}", "nothing")
        asked = {f"{gone[0]} POST /x": "nothing", f"{stays} POST /x": gone[1], f"{stays} POST /y": stays}
        for scope, about in asked.items():
            assert not await answered(scope, about)
        for user_id in gone:
            leaving.hear(PersonDeletionStarted(user_id=user_id, deletion_id=new_id("deletion")))
        await leaving.forget()
        assert [await answered(scope, about) for scope, about in asked.items()] == [False, False, True]
        assert all([await answered(f"{stays} POST /{number}", "nothing") for number in range(700)])
    finally:
        await redis.close()
