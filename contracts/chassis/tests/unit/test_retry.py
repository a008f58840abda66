"""The delays of further attempts."""

from __future__ import annotations

from chassis.retry import RetryTiers


def test_a_delay_is_at_most_its_tier_and_at_least_half_of_it() -> None:
    tiers = RetryTiers((1.0, 1800.0))
    assert [tiers.queue("payments", tier) for tier in (0, 1)] == ["payments.retry.1000", "payments.retry.1800000"]
    delays = [tiers.jittered(0) for _ in range(1000)]
    assert min(delays) >= 500
    assert max(delays) <= 1000
    assert len(set(delays)) > 50


def test_a_database_that_is_away_is_waited_for_in_short_tiers_only() -> None:
    tiers = RetryTiers((1.0, 5.0, 30.0, 300.0, 1800.0))
    assert [tiers.patient(attempt) for attempt in range(6)] == [0, 1, 2, 2, 2, 2]
    assert RetryTiers((60.0,)).patient(3) == 0
