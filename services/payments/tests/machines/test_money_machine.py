"""Anything that people, banks and outages may do, in any order, found by Hypothesis: a storm whose every choice it makes and shrinks."""

from __future__ import annotations

import random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from money_storm import Storm, Tally
from payments_worlds import FakeWorld


@given(chance=st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.data_too_large, HealthCheck.too_slow])
def test_no_order_of_things_loses_a_cent(chance: random.Random) -> None:
    tally = Tally()
    Storm(chance, tally, FakeWorld()).blow()
    assert tally.sound, tally.troubles
