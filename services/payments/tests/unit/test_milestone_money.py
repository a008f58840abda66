"""The states of a milestone's money: the table is the whole of it."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from contracts.payments.views import EscrowMilestoneStatus as Status
from contracts.payments.views import PayoutStatus
from payments.domain.errors import InvariantBroken, MilestoneBusy, MilestoneNotHeld
from payments.domain.milestone import TRANSITIONS, Charge, Milestone
from payments.domain.payout import TRANSITIONS as PAYOUT_TRANSITIONS
from payments.domain.saga import FIRST_STEPS, NEXT_STEPS, Step

RATE = 1234
CHARGE = Charge("pi_1", "ch_1")


def test_every_state_can_be_reached_and_every_state_but_the_last_can_be_left() -> None:
    assert set(TRANSITIONS.values()) == set(Status)
    assert set(Status) - {state for state, _ in TRANSITIONS} == {Status.RELEASED}


def test_every_payout_state_but_the_last_can_be_left() -> None:
    assert set(PayoutStatus) - {before for before, _ in PAYOUT_TRANSITIONS} == {PayoutStatus.FAILED}


def test_every_step_of_a_saga_can_be_reached() -> None:
    reached = set(FIRST_STEPS.values()) | {step for steps in NEXT_STEPS.values() for step in steps}
    assert reached == set(Step) == set(NEXT_STEPS)


def test_a_movement_belongs_to_the_saga_that_began_it() -> None:
    step = Milestone("m", "t", 100).begin_funding("one")
    with pytest.raises(InvariantBroken):
        step.hold("other", CHARGE)


def test_what_is_not_in_the_table_does_not_happen() -> None:
    with pytest.raises(InvariantBroken):
        Milestone("m", "t", 100).begin_funding("one").begin_funding("two")
    with pytest.raises(MilestoneNotHeld):
        Milestone("m", "t", 100).begin_release("one", 100)
    moving = Milestone("m", "t", 100).begin_funding("one").hold("one", CHARGE).begin_release("two", 50)
    with pytest.raises(MilestoneBusy):
        moving.begin_refund("three", 50)


def test_money_cannot_be_written_up() -> None:
    with pytest.raises(InvariantBroken):
        Milestone("m", "t", 100, status=Status.HELD, funded=100, held=101)
    with pytest.raises(InvariantBroken):
        Milestone("m", "t", 100, status=Status.HELD, funded=99, held=99)


class MilestoneMachine(RuleBasedStateMachine):
    """Any walk through the table: funded = held + released + refunded + fees, and it ends with nothing held."""

    def __init__(self) -> None:
        super().__init__()
        self.step = Milestone("m", "t", 997)

    @precondition(lambda self: self.step.status is Status.UNFUNDED)
    @rule(outcome=st.sampled_from(["held", "failed", "action"]))
    def fund(self, outcome: str) -> None:
        step = self.step.begin_funding("s")
        if outcome == "action":
            step = step.require_action("s")
        self.step = step.fail_funding("s") if outcome == "failed" else step.hold("s", CHARGE)

    @precondition(lambda self: self.step.status is Status.HELD)
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        moving = self.step.begin_release("s", data.draw(st.integers(1, self.step.held)))
        self.step = moving.release("s", moving.share(RATE))

    @precondition(lambda self: self.step.status is Status.HELD)
    @rule(data=st.data(), fails=st.booleans())
    def refund(self, data: st.DataObject, fails: bool) -> None:
        moving = self.step.begin_refund("s", data.draw(st.integers(1, self.step.held)))
        self.step = moving.fail_refund("s") if fails else moving.refund("s")

    @precondition(lambda self: self.step.status in (Status.RELEASED, Status.REFUNDED))
    @rule()
    def begin_another(self) -> None:
        self.step = Milestone("m", "t", 3)

    @invariant()
    def nothing_is_lost(self) -> None:
        step = self.step
        assert step.funded == step.held + step.released + step.refunded + step.fees
        assert (step.held == 0) == (step.status in (Status.UNFUNDED, Status.RELEASED, Status.REFUNDED))


TestMilestoneMachine = MilestoneMachine.TestCase
TestMilestoneMachine.settings = settings(max_examples=50, stateful_step_count=20, deadline=None)
