"""What a caller is told of a request that does not fit."""

from __future__ import annotations

from typing import Annotated, Literal

import pytest
from pydantic import Field, ValidationError

from chassis.problems import invalid_request
from contracts.base import Message
from contracts.errors import Kind


class Fixed(Message):
    kind: Literal["fixed"]
    amount: int


class Range(Message):
    kind: Literal["range"]
    low: int
    high: int


class Offer(Message):
    reward: Annotated[Fixed | Range, Field(discriminator="kind")]
    tags: tuple[str, ...] = ()
    notes: dict[str, int] | None = None


@pytest.mark.parametrize(
    ("data", "pointers"),
    [
        ({}, {"/reward"}),
        ({"reward": {"kind": "fixed", "amount": "much"}}, {"/reward/amount"}),
        ({"reward": {"kind": "range"}}, {"/reward/low", "/reward/high"}),
        ({"reward": {"kind": "other"}}, {"/reward"}),
        ({"reward": {"kind": "fixed", "amount": 1}, "tags": ["a", 2]}, {"/tags/1"}),
        ({"reward": {"kind": "fixed", "amount": 1}, "notes": {"a/b~c": "x"}}, {"/notes/a~1b~0c"}),
        ([], {""}),
    ],
)
def test_each_field_is_named_by_a_json_pointer_into_the_request(data: object, pointers: set[str]) -> None:
    with pytest.raises(ValidationError) as refusal:
        Offer.received(data)
    problem = invalid_request("challenges", refusal.value, data)
    assert (problem.kind, problem.code) == (Kind.INVALID, "challenges.request.invalid")
    assert {field.pointer for field in problem.fields} == pointers


def test_a_problem_never_repeats_what_was_sent() -> None:
    with pytest.raises(ValidationError) as refusal:
        Offer.received({"reward": {"kind": "fixed", "amount": "my secret"}})
    assert "my secret" not in invalid_request("challenges", refusal.value, {"reward": {}}).model_dump_json()
