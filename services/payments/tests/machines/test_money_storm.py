"""A small storm of a fixed seed; `make money` runs the large one."""

from money_storm import storms


def test_no_storm_loses_a_cent_charges_twice_or_leaves_anything_undecided() -> None:
    tally = storms(1_500, seed=20260)
    assert (tally.drift, tally.double_charges, tally.undecided) == (0, 0, 0), tally.troubles
    assert {"fund", "release", "refund", "payout", "chargeback"} <= set(tally.kinds)
    assert min(tally.webhooks, tally.overtaking, tally.conflicts) > 0
    moving = {"create_intent", "confirm_intent", "create_account", "transfer", "refund", "pay_out"}
    assert {f"{side} {call}" for side in ("before", "after") for call in moving} <= set(tally.crashes)
