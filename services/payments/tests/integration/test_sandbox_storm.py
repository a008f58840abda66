"""The storm against the sandbox, by Stripe's own SDK over HTTP: the ledger equals the balance transactions to the cent."""

from money_storm import storms
from payments_worlds import sandbox_worlds


def test_no_storm_at_the_sandbox_loses_a_cent_charges_twice_or_leaves_anything_undecided() -> None:
    with sandbox_worlds() as worlds:
        tally = storms(60, seed=20260, world=worlds)
    assert (tally.drift, tally.double_charges, tally.undecided) == (0, 0, 0), tally.troubles
    assert {"fund", "release", "refund", "payout"} <= set(tally.kinds)
    assert min(tally.webhooks, tally.lines) > 0
    assert {"before transfer", "after transfer", "before confirm_intent", "after confirm_intent"} <= set(tally.crashes)
