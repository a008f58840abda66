"""When a broker is taken for gone: it owes an answer and says nothing at all."""

from __future__ import annotations

import asyncio
import time

import pytest

from chassis.broker_flow import Answers

PATIENCE_S = 0.05


class Flow:
    """Whether the broker takes messages; how often that was asked."""

    def __init__(self, *, takes: bool = True) -> None:
        self.takes, self.asked = takes, 0

    async def __call__(self) -> bool:
        self.asked += 1
        return self.takes


async def test_a_broker_that_owes_an_answer_and_says_nothing_is_given_up() -> None:
    assert await Answers(due=1).stopped(asyncio.Event(), Flow(), PATIENCE_S)


async def test_one_late_answer_among_others_is_no_silence() -> None:
    answers, flow, closed = Answers(due=1), Flow(), asyncio.Event()
    watch = asyncio.create_task(answers.stopped(closed, flow, PATIENCE_S))
    for _ in range(30):
        answers.heard += 1
        await asyncio.sleep(PATIENCE_S / 5)
    assert not watch.done()
    closed.set()
    assert await watch is False


async def test_an_event_loop_held_up_does_not_take_its_own_silence_for_the_brokers() -> None:
    answers, closed = Answers(), asyncio.Event()
    watch = asyncio.create_task(answers.stopped(closed, Flow(), PATIENCE_S))
    await asyncio.sleep(0)
    time.sleep(3 * PATIENCE_S)  # noqa: ASYNC251 - what holds up a loop
    answers.due += 1  # asked for only now
    await asyncio.sleep(PATIENCE_S / 2)
    assert not watch.done()
    closed.set()
    assert await watch is False


@pytest.mark.parametrize(("due", "takes"), [(0, True), (1, False)], ids=["nothing is due", "it is short of memory"])
async def test_there_is_silence_only_where_an_answer_can_be_expected(due: int, takes: bool) -> None:
    closed = asyncio.Event()
    watch = asyncio.create_task(Answers(due=due).stopped(closed, Flow(takes=takes), PATIENCE_S))
    await asyncio.sleep(3 * PATIENCE_S)
    assert not watch.done()
    closed.set()
    assert await watch is False
