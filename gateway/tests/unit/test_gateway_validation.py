"""What does not fit is named by its place; what was sent is never repeated."""

from __future__ import annotations

from typing import Any

import pytest
from gateway_fakes.samples import sample

from contracts.challenges.commands import CreateChallenge, EditChallenge, SubmitApplication
from contracts.challenges.queries import ListChallenges
from contracts.errors import FieldError
from contracts.identity.commands import RegisterUser
from contracts.payments.commands import FundEscrow, ReleaseEscrow
from gateway.rest import validation
from gateway.rest.validation import InvalidRequest


def errors_of(request: type[Any], data: dict[str, Any]) -> tuple[FieldError, ...]:
    with pytest.raises(InvalidRequest) as refused:
        validation.from_json(request, data)
    return refused.value.fields


def pointers_of(request: type[Any], data: dict[str, Any]) -> list[str]:
    return [error.pointer for error in errors_of(request, data)]


def with_reward(reward: Any) -> dict[str, Any]:
    return sample(CreateChallenge) | {"reward": reward}


def milestone(amount_minor: Any, currency: Any = "EUR") -> dict[str, Any]:
    return {"title": "First step", "amount": {"amount_minor": amount_minor, "currency": currency}}


@pytest.mark.parametrize(
    ("reward", "pointers"),
    [
        ({"kind": "milestones", "milestones": [milestone(-1)]}, ["/reward/milestones/0/amount/amount_minor"]),
        ({"kind": "milestones", "milestones": [milestone(1.5)]}, ["/reward/milestones/0/amount/amount_minor"]),
        ({"kind": "milestones", "milestones": [milestone("100")]}, ["/reward/milestones/0/amount/amount_minor"]),
        ({"kind": "milestones", "milestones": [milestone(10**13)]}, ["/reward/milestones/0/amount/amount_minor"]),
        ({"kind": "milestones", "milestones": [milestone(10), milestone(5, "euro")]}, ["/reward/milestones/1/amount/currency"]),
        ({"kind": "milestones", "milestones": [milestone(10), milestone(5, "USD")]}, ["/reward/milestones"]),
        ({"kind": "milestones", "milestones": []}, ["/reward/milestones"]),
        ({"kind": "milestones"}, ["/reward/milestones"]),
        ({"kind": "fixed"}, ["/reward/amount"]),
        ({"kind": "fixed", "amount": {"amount_minor": 1, "currency": "EUR", "x": 1}}, ["/reward/amount/x"]),
        ({"kind": "nothing"}, ["/reward"]),
        ({}, ["/reward"]),
        ({"$ne": None}, ["/reward"]),
        ("fixed", ["/reward"]),
        (None, ["/reward"]),
    ],
)
def test_a_reward_that_does_not_fit_is_named_by_its_place(reward: Any, pointers: list[str]) -> None:
    assert pointers_of(CreateChallenge, with_reward(reward)) == pointers


def test_a_range_turned_around_is_refused() -> None:
    reward = {"kind": "range", "min": {"amount_minor": 5, "currency": "EUR"}, "max": {"amount_minor": 3, "currency": "EUR"}}
    assert errors_of(CreateChallenge, with_reward(reward)) == (FieldError(pointer="/reward", detail="min must not be above max"),)


def test_a_list_is_blamed_for_its_items_only() -> None:
    assert pointers_of(RegisterUser, sample(RegisterUser) | {"roles": ["admin"]}) == ["/roles/0"]


def test_numbers_do_not_come_from_text() -> None:
    assert pointers_of(SubmitApplication, sample(SubmitApplication) | {"timeline_days": "10"}) == ["/timeline_days"]
    assert pointers_of(SubmitApplication, sample(SubmitApplication) | {"timeline_days": True}) == ["/timeline_days"]
    assert pointers_of(SubmitApplication, sample(SubmitApplication) | {"timeline_days": 10.0}) == ["/timeline_days"]


def test_a_time_needs_a_zone() -> None:
    assert pointers_of(EditChallenge, sample(EditChallenge) | {"deadline": "2030-01-01T00:00:00"}) == ["/deadline"]


def test_a_rule_over_the_whole_has_the_empty_pointer() -> None:
    data = sample(ReleaseEscrow) | {"amount": {"amount_minor": 1, "currency": "EUR"}}
    assert errors_of(ReleaseEscrow, data) == (FieldError(pointer="", detail="name either milestone_id or amount"),)


def test_a_name_is_escaped_and_cut_in_its_pointer() -> None:
    assert pointers_of(FundEscrow, sample(FundEscrow) | {"a/b~c": 1}) == ["/a~1b~0c"]
    (long,) = pointers_of(FundEscrow, sample(FundEscrow) | {"x" * 1000: 1})
    assert len(long) == 101


def test_many_errors_are_bounded() -> None:
    assert len(errors_of(FundEscrow, sample(FundEscrow) | {f"x{index}": 1 for index in range(1000)})) == 50


@pytest.mark.parametrize("name", ["email", "password", "display_name", "locale", "roles"])
def test_what_was_sent_is_never_repeated(name: str) -> None:
    secret = "hunter2\x00"
    for value in (secret, [secret], {"kind": secret}):
        told = errors_of(RegisterUser, sample(RegisterUser) | {name: value})
        assert told
        assert not any("hunter2" in error.detail + error.pointer for error in told)


def test_an_unknown_kind_of_reward_is_not_repeated() -> None:
    (error,) = errors_of(CreateChallenge, with_reward({"kind": "hunter2"}))
    assert error.detail == "kind must be one of 'fixed', 'range', 'milestones'"


def test_a_payload_that_is_not_json_is_refused() -> None:
    with pytest.raises(InvalidRequest):
        validation.from_json(FundEscrow, {"challenge_id": b"bytes"})
    with pytest.raises(InvalidRequest):
        validation.from_json(FundEscrow, {"challenge_id": "\ud800"})


def test_a_query_is_read_from_text() -> None:
    query = {"mine": "true", "limit": "5", "min_reward": "100", "category": "data", "deadline_before": "2030-01-01T00:00:00Z"}
    asked = validation.from_strings(ListChallenges, query)
    assert (asked.mine, asked.limit, asked.min_reward) == (True, 5, 100)
    assert validation.from_strings(ListChallenges, {"invited": "true"}).invited


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("mine", "perhaps"),
        ("invited", "maybe"),
        ("limit", "0"),
        ("limit", "101"),
        ("limit", "5.5"),
        ("limit", "ten"),
        ("category", "nonsense"),
        ("currency", "euro"),
        ("min_reward", "-1"),
        ("deadline_before", "tomorrow"),
        ("cursor", "../../etc"),
        ("sort", "random"),
        ("$where", "1"),
    ],
)
def test_a_bad_parameter_is_named(name: str, value: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        validation.from_strings(ListChallenges, {name: value})
    assert [error.pointer for error in refused.value.fields] == [f"/{name}"]


def test_a_repeated_parameter_is_named() -> None:
    with pytest.raises(InvalidRequest) as refused:
        validation.single_values([("limit", "1"), ("limit", "2"), ("mine", "true")])
    assert refused.value.fields == (FieldError(pointer="/limit", detail="given more than once"),)
