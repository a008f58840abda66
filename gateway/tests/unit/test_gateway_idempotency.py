"""One of several equal requests runs; the others get its answer."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

import pytest

from chassis.ids import new_id
from contracts.errors import Kind, Problem, ProblemError
from contracts.identity.events import PersonDeletionStarted
from gateway.shared.connection import RedisAway
from gateway.shared.idempotency import Idempotency, KeyReused, StillRunning, StoredAnswer
from gateway.shared.leaving import Leaving


class MemoryRecords:
    """Records in a dictionary; `away` makes it behave like a Redis that does not answer."""

    def __init__(self) -> None:
        self.held: dict[str, bytes] = {}
        self.away = False

    async def forget(self, texts: Collection[str]) -> None:
        self._answer_or_raise()
        self.held = {key: record for key, record in self.held.items() if not any(text.encode() in key.encode() + record for text in texts)}

    async def begin(self, key: str, record: bytes, lock_s: float) -> bytes | None:
        self._answer_or_raise()
        if key in self.held:
            return self.held[key]
        self.held[key] = record
        return None

    async def replace(self, key: str, own: bytes, record: bytes | None) -> None:
        self._answer_or_raise()
        if self.held.get(key) == own:
            del self.held[key]
            if record is not None:
                self.held[key] = record

    def _answer_or_raise(self) -> None:
        if self.away:
            raise RedisAway


class Work:
    """What the request does, counted; `hold` keeps it from ending."""

    def __init__(self) -> None:
        self.runs = 0
        self.hold = asyncio.Event()
        self.hold.set()
        self.refusals: list[Exception] = []

    async def __call__(self) -> StoredAnswer:
        self.runs += 1
        run = self.runs
        await self.hold.wait()
        if self.refusals:
            raise self.refusals.pop(0)
        return StoredAnswer(201, {"ETag": '"1"'}, f'{{"run":{run},"name":"ü"}}'.encode())


@pytest.fixture
def records() -> MemoryRecords:
    return MemoryRecords()


@pytest.fixture
def idempotency(records: MemoryRecords) -> Idempotency:
    return Idempotency(records, lock_s=10, wait_s=0.3)


async def test_the_second_gets_the_first_ones_answer_byte_for_byte(idempotency: Idempotency) -> None:
    work = Work()
    first, replayed = await idempotency.answer("me POST /x", "key", "body", work)
    assert not replayed
    assert await idempotency.answer("me POST /x", "key", "body", work) == (first, True)
    assert work.runs == 1


async def test_twenty_at_once_run_once(idempotency: Idempotency) -> None:
    work = Work()
    work.hold.clear()
    waiting = [asyncio.create_task(idempotency.answer("me", "key", "body", work)) for _ in range(20)]
    await asyncio.sleep(0)
    work.hold.set()
    answers = await asyncio.gather(*waiting)
    assert work.runs == 1
    assert {answer.body for answer, _ in answers} == {answers[0][0].body}
    assert sorted(replayed for _, replayed in answers) == [False] + [True] * 19


async def test_the_key_with_another_body_is_refused(idempotency: Idempotency) -> None:
    work = Work()
    await idempotency.answer("me", "key", "body", work)
    with pytest.raises(KeyReused):
        await idempotency.answer("me", "key", "other", work)
    assert work.runs == 1


async def test_the_key_with_another_body_is_refused_while_the_first_runs(idempotency: Idempotency) -> None:
    work = Work()
    work.hold.clear()
    first = asyncio.create_task(idempotency.answer("me", "key", "body", work))
    await asyncio.sleep(0)
    with pytest.raises(KeyReused):
        await idempotency.answer("me", "key", "other", work)
    work.hold.set()
    await first


async def test_another_scope_is_another_key(idempotency: Idempotency) -> None:
    work = Work()
    await idempotency.answer("me POST /x", "key", "body", work)
    await idempotency.answer("you POST /x", "key", "body", work)
    await idempotency.answer("me POST /y", "key", "body", work)
    assert work.runs == 3


async def test_who_waits_too_long_is_told_so(idempotency: Idempotency) -> None:
    work = Work()
    work.hold.clear()
    first = asyncio.create_task(idempotency.answer("me", "key", "body", work))
    await asyncio.sleep(0)
    with pytest.raises(StillRunning):
        await idempotency.answer("me", "key", "body", work)
    work.hold.set()
    await first


async def test_a_refusal_frees_the_key(idempotency: Idempotency, records: MemoryRecords) -> None:
    work = Work()
    work.refusals = [ProblemError(Problem(kind=Kind.UNAVAILABLE, code="x.unavailable", detail="No.")), RuntimeError("a bug")]
    with pytest.raises(ProblemError):
        await idempotency.answer("me", "key", "body", work)
    with pytest.raises(RuntimeError):
        await idempotency.answer("me", "key", "body", work)
    assert not records.held
    _, replayed = await idempotency.answer("me", "key", "body", work)
    assert not replayed


async def test_who_waits_for_one_that_is_refused_tries_itself(idempotency: Idempotency) -> None:
    work = Work()
    work.hold.clear()
    work.refusals = [RuntimeError("a bug")]
    first = asyncio.create_task(idempotency.answer("me", "key", "body", work))
    await asyncio.sleep(0)
    second = asyncio.create_task(idempotency.answer("me", "key", "body", work))
    await asyncio.sleep(0)
    work.hold.set()
    with pytest.raises(RuntimeError):
        await first
    answer, replayed = await second
    assert (answer.status, replayed, work.runs) == (201, False, 2)


async def test_it_goes_on_without_redis(idempotency: Idempotency, records: MemoryRecords) -> None:
    work = Work()
    records.away = True
    await idempotency.answer("me", "key", "body", work)
    await idempotency.answer("me", "key", "body", work)
    assert work.runs == 2


async def test_redis_leaving_in_between_costs_only_the_record(idempotency: Idempotency, records: MemoryRecords) -> None:
    work = Work()
    work.hold.clear()
    first = asyncio.create_task(idempotency.answer("me", "key", "body", work))
    await asyncio.sleep(0)
    records.away = True
    work.hold.set()
    answer, replayed = await first
    assert (answer.status, replayed) == (201, False)


async def test_answers_that_tell_of_somebody_who_left_are_forgotten(idempotency: Idempotency, records: MemoryRecords) -> None:
    async def about(person: str) -> StoredAnswer:
        return StoredAnswer(200, {}, f'{{"id": "{person}"}}'.encode())

    one, other = new_id("user"), new_id("user")
    await idempotency.answer("me", "1", "body", lambda: about(one))
    await idempotency.answer("me", "2", "body", lambda: about(other))
    await idempotency.answer(f"{one} POST /x", "3", "body", lambda: about("nobody"))
    leaving = Leaving(records)
    await leaving.forget()
    assert len(records.held) == 3
    leaving.hear(PersonDeletionStarted(user_id=one, deletion_id=new_id("deletion")))
    records.away = True
    await leaving.forget()
    assert len(records.held) == 3
    records.away = False
    await leaving.forget()
    assert [other.encode() in record for record in records.held.values()] == [True]
    leaving.hear(PersonDeletionStarted(user_id=other, deletion_id=new_id("deletion")))
    await leaving.forget()
    assert records.held == {}
