"""The rate limit's rule."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.shared.gcra import Policy, decide


def test_an_idle_caller_may_spend_the_quota_at_once_and_then_waits() -> None:
    policy, arrival = Policy(quota=3, window_s=30), None
    told = []
    for _ in range(4):
        verdict, arrival = decide(policy, arrival, 1000.0)
        told.append((verdict.allowed, verdict.remaining, verdict.retry_after_s))
    assert told == [(True, 2, 0), (True, 1, 0), (True, 0, 0), (False, 0, 10)]


def test_one_request_comes_free_after_its_interval() -> None:
    policy, arrival = Policy(quota=3, window_s=30), None
    for _ in range(3):
        _, arrival = decide(policy, arrival, 1000.0)
    assert not decide(policy, arrival, 1009.9)[0].allowed
    assert decide(policy, arrival, 1010.0)[0].allowed


@given(
    quota=st.integers(1, 50),
    window_s=st.integers(1, 100),
    gaps=st.lists(st.floats(0, 20, allow_nan=False), min_size=1, max_size=200),
)
def test_no_window_ever_lets_through_more_than_twice_the_quota(quota: int, window_s: int, gaps: list[float]) -> None:
    policy, arrival, now, passed = Policy(quota, window_s), None, 0.0, []
    for gap in gaps:
        now += gap
        verdict, arrival = decide(policy, arrival, now)
        assert 0 <= verdict.remaining < quota
        assert verdict.allowed == (verdict.retry_after_s == 0)
        if verdict.allowed:
            passed.append(now)
    for start in passed:
        within = sum(start <= moment < start + window_s for moment in passed)
        assert within <= 2 * quota  # a full burst, and what the window gives back meanwhile


@pytest.mark.parametrize("text", ["", "10", "0/60", "10/0", "-1/60", "ten/60"])
def test_a_policy_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"rate limit|invalid literal"):
        Policy.parse(text)


def test_a_policy_is_read() -> None:
    assert Policy.parse("10/60") == Policy(quota=10, window_s=60)
