"""A lease changes hands only after its holder must have stopped."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.lease import LEASE_SECONDS, MARGIN_SECONDS, RENEW_SECONDS, Candidate, Holding, LeaseLost


class Stopwatch:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def stopwatch() -> Stopwatch:
    return Stopwatch()


def stored(**changed: Any) -> dict[str, Any]:
    return {"_id": "relay", "owner": "other", "token": 3, "heartbeat": 7, **changed}


def test_a_lease_that_nobody_holds_is_free(stopwatch: Stopwatch) -> None:
    candidate = Candidate("relay", "me", stopwatch)
    assert candidate.may_claim(None)
    assert candidate.may_claim(stored(owner=None))


def test_a_lease_of_its_own_is_free_at_once(stopwatch: Stopwatch) -> None:
    """An outage made it give up acting on the lease, and kept it from giving the lease back."""
    stored_by_me = stored(owner="me")
    candidate = Candidate("relay", "me", stopwatch)
    assert candidate.may_claim(stored_by_me)
    assert candidate.claim(stored_by_me)[1]["$set"]["token"] == stored_by_me["token"] + 1


def test_a_held_lease_is_free_after_its_whole_time_without_renewal(stopwatch: Stopwatch) -> None:
    candidate = Candidate("relay", "me", stopwatch)
    assert not candidate.may_claim(stored())
    stopwatch.now += LEASE_SECONDS - 0.01
    assert not candidate.may_claim(stored())
    stopwatch.now += 0.01
    assert candidate.may_claim(stored())


@pytest.mark.parametrize("change", [{"heartbeat": 8}, {"token": 4, "heartbeat": 7}])
def test_any_change_starts_the_wait_again(stopwatch: Stopwatch, change: dict[str, int]) -> None:
    candidate = Candidate("relay", "me", stopwatch)
    candidate.may_claim(stored())
    stopwatch.now += LEASE_SECONDS
    assert not candidate.may_claim(stored(**change))
    stopwatch.now += LEASE_SECONDS - 0.01
    assert not candidate.may_claim(stored(**change))


def test_a_claim_raises_the_token_and_fits_only_the_state_that_was_seen(stopwatch: Stopwatch) -> None:
    candidate = Candidate("relay", "me", stopwatch)
    query, update = candidate.claim(stored())
    assert query == stored()
    assert update["$set"] == {"owner": "me", "token": 4, "heartbeat": 0}
    assert candidate.claimed_token(stored()) == 4
    assert candidate.claimed_token(None) == 1


def test_a_holder_stops_before_a_candidate_may_start(stopwatch: Stopwatch) -> None:
    """The holder counts from before the renewal was asked for, the candidate from after it was written."""
    holding, candidate = Holding("relay", 3, stopwatch.now, stopwatch), Candidate("relay", "me", stopwatch)
    candidate.may_claim(stored())
    stopwatch.now += LEASE_SECONDS - MARGIN_SECONDS
    with pytest.raises(LeaseLost):
        holding.check()
    assert not candidate.may_claim(stored())


def test_a_renewal_counts_from_when_it_was_asked_for(stopwatch: Stopwatch) -> None:
    holding = Holding("relay", 3, stopwatch.now, stopwatch)
    asked_at = stopwatch.now = stopwatch.now + RENEW_SECONDS
    stopwatch.now += 2  # the answer took that long
    holding.renewed(asked_at)
    stopwatch.now = asked_at + LEASE_SECONDS - MARGIN_SECONDS - 0.01
    holding.check()
    stopwatch.now += 0.02
    with pytest.raises(LeaseLost):
        holding.check()
