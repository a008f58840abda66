"""A small storm of a fixed seed: `make money` runs the large one."""

from money_storm import storms


def test_no_storm_loses_a_cent_charges_twice_or_leaves_anything_undecided() -> None:
    tally = storms(100, seed=20260)
    assert (tally.drift, tally.double_charges, tally.undecided) == (0, 0, 0), tally.troubles
    assert tally.sagas >= 100
    assert min(tally.crashes, tally.webhooks, tally.kinds["fund"], tally.kinds["release"], tally.kinds["refund"]) > 0
