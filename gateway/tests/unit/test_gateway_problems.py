"""Kinds of problem as HTTP statuses."""

from __future__ import annotations

import pytest
from gateway_fakes.rpc import problem

from contracts.errors import Kind
from gateway.problems import headers_of, status_of


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_a_status(kind: Kind) -> None:
    assert 400 <= status_of(problem(kind, "x.y.z")) < 600


@pytest.mark.parametrize("code", ["chassis.stale_version", "identity.profile.stale", "challenges.challenge.stale"])
def test_a_stale_version_fails_if_match_and_is_a_conflict_otherwise(code: str) -> None:
    stale = problem(Kind.CONFLICT, code)
    assert (status_of(stale, conditional=True), status_of(stale)) == (412, 409)


def test_another_conflict_is_one_with_if_match_too() -> None:
    assert status_of(problem(Kind.CONFLICT, "challenges.challenge.closed"), conditional=True) == 409


def test_what_is_unavailable_says_when_to_come_back() -> None:
    assert headers_of(problem(Kind.UNAVAILABLE, "x.unavailable"), 503) == {"Retry-After": "1"}
