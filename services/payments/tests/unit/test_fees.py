"""The fee's rounding rule: half up, cumulative, not a minor unit lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.domain.fees import Share, fee_of, next_share

rates = st.integers(0, 10_000)


@pytest.mark.parametrize(
    ("gross", "rate", "fee"),
    [(60_000, 1000, 6_000), (40_000, 1000, 4_000), (5, 1000, 1), (4, 1000, 0), (1, 10_000, 1), (0, 1000, 0), (10**12, 1, 10**8)],
)
def test_the_fee_is_rounded_half_up(gross: int, rate: int, fee: int) -> None:
    assert fee_of(gross, rate) == fee


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=50), rates)
def test_however_an_amount_is_split_fees_and_nets_add_up_to_those_of_the_whole(parts: list[int], rate: int) -> None:
    released = fees = nets = 0
    for part in parts:
        share = next_share(part, released_before=released, fees_before=fees, basis_points=rate)
        assert share.gross == part == share.net + share.fee
        released, fees, nets = released + part, fees + share.fee, nets + share.net
    assert fees == fee_of(sum(parts), rate)
    assert nets + fees == sum(parts)


@given(st.integers(0, 10**12), rates)
def test_the_fee_is_within_half_a_unit_of_the_exact_one(gross: int, rate: int) -> None:
    assert abs(2 * (fee_of(gross, rate) * 10_000 - gross * rate)) <= 10_000


@pytest.mark.parametrize(("gross", "rate"), [(-1, 1000), (1, -1), (1, 10_001)])
def test_what_makes_no_sense_is_refused(gross: int, rate: int) -> None:
    with pytest.raises(ValueError, match="fees are taken"):
        fee_of(gross, rate)


def test_a_share_is_part_of_the_whole() -> None:
    with pytest.raises(ValueError, match="a fee lies"):
        Share(gross=1, fee=2)
