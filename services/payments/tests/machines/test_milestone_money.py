"""The states of a milestone's money: the table is the whole of it."""

import re
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from contracts.payments.views import PayoutStatus
from payments.domain.errors import InvariantBroken, MilestoneBusy, MilestoneDisputed, MilestoneNotHeld
from payments.domain.fees import Share
from payments.domain.milestone import TRANSITIONS, Action, Charge, Hand, Milestone, Status
from payments.domain.payout import TRANSITIONS as PAYOUT_TRANSITIONS
from payments.domain.saga import FIRST_STEPS, NEXT_STEPS, Step

RATE = 1234
CHARGE = Charge("pi_1", "ch_1")


def test_every_state_can_be_reached_and_left() -> None:
    assert set(TRANSITIONS.values()) == set(Status)
    assert {state for state, _ in TRANSITIONS} == set(Status)
    only_way_back = {(action, after) for (state, action), after in TRANSITIONS.items() if state is Status.RELEASED}
    assert only_way_back == {(Action.RESTORE, Status.HELD), (Action.TAKE_BACK, Status.HELD)}, "what was paid out is left by these alone"


def test_the_table_of_the_readme_is_the_table_that_runs() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text()
    rows = re.findall(r"^\| ([a-z_, ]+) \| ([a-z_]+) \| ([a-z_]+) \|$", readme, re.MULTILINE)
    documented = {(state, action): after for states, action, after in rows if action in set(Action) for state in states.split(", ")}
    assert documented == TRANSITIONS


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
        Milestone("m", "t", 100).begin_release([Hand("one", 100)])
    moving = Milestone("m", "t", 100).begin_funding("one").hold("one", CHARGE).begin_release([Hand("two", 50)])
    with pytest.raises(MilestoneBusy):
        moving.begin_refund((Hand("three", 50, to_payer=True),))


def test_what_is_disputed_stays_and_the_rest_may_go() -> None:
    step = Milestone("m", "t", 100).begin_funding("one").hold("one", CHARGE).dispute(40)
    for gross in (61, 100):
        with pytest.raises(MilestoneDisputed):
            step.begin_release([Hand("two", gross)])
        with pytest.raises(MilestoneDisputed):
            step.begin_refund((Hand("two", gross, to_payer=True),))
    assert step.begin_release([Hand("two", 60)]).release("two", Share(60, 0)).held == 40


def test_an_award_that_pays_the_solver_ends_as_paid_in_whatever_order_its_parts_arrive() -> None:
    step = Milestone("m", "t", 100).begin_funding("one").hold("one", CHARGE).dispute(100)
    awarding = step.begin_award([Hand("a", 60, 6), Hand("b", 40, to_payer=True, owed=True)])
    paid_first = awarding.release("a", Share(60, 6)).refund("b")
    paid_last = awarding.refund("b").release("a", Share(60, 6))
    assert paid_first == paid_last
    assert (paid_first.status, paid_first.released, paid_first.fees, paid_first.refunded) == (Status.RELEASED, 54, 6, 40)
    assert step.begin_award([Hand("b", 100, to_payer=True)]).refund("b").status is Status.REFUNDED


def test_what_was_paid_out_of_a_milestone_is_never_paid_for_again() -> None:
    """Released in part and refunded for the rest: the rest may be funded again (decision 0032)."""
    step = (
        Milestone("m", "t", 100).begin_funding("one").hold("one", CHARGE).begin_release([Hand("two", 30, 3)]).release("two", Share(30, 3))
    )
    step = step.begin_refund((Hand("three", 70, to_payer=True),)).refund("three")
    assert (step.status, step.given_back, step.outstanding) == (Status.REFUNDED, True, 70)
    again = step.begin_funding("four").hold("four", CHARGE)
    assert (again.held, again.funded) == (70, 170)
    done = again.begin_release([Hand("five", 70, 7)]).release("five", Share(70, 7))
    assert (done.status, done.released + done.fees) == (Status.RELEASED, 100)


def test_money_cannot_be_written_up() -> None:
    with pytest.raises(InvariantBroken):
        Milestone("m", "t", 100, status=Status.HELD, funded=100, held=101)
    with pytest.raises(InvariantBroken):
        Milestone("m", "t", 100, status=Status.HELD, funded=99, held=100)


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
        share = self.step.share(data.draw(st.integers(1, self.step.held)), RATE)
        self.step = self.step.begin_release([Hand("s", share.gross, share.fee)]).release("s", share)

    @precondition(lambda self: self.step.status is Status.HELD)
    @rule(data=st.data(), fails=st.booleans())
    def refund(self, data: st.DataObject, fails: bool) -> None:
        moving = self.step.begin_refund((Hand("s", data.draw(st.integers(1, self.step.held)), to_payer=True),))
        self.step = moving.fail_refund("s") if fails else moving.refund("s")

    @precondition(lambda self: self.step.status is Status.HELD)
    @rule(data=st.data(), order=st.permutations(["a", "b", "r"]), fails=st.booleans())
    def award(self, data: st.DataObject, order: list[str], fails: bool) -> None:
        """Some of it to two members of a team and some back, in any order, while the refund may fail."""
        disputed = data.draw(st.integers(1, self.step.held))
        back = data.draw(st.integers(0, disputed))
        one = data.draw(st.integers(0, disputed - back))
        step = self.step.dispute(disputed)
        whole = step.share(disputed - back, RATE)
        parts = {"a": Share(one, min(one, whole.fee)), "b": Share(disputed - back - one, whole.fee - min(one, whole.fee))}
        shares = {saga_id: share for saga_id, share in parts.items() if share.gross}
        hands = [Hand(saga_id, share.gross, share.fee) for saga_id, share in shares.items()]
        if back:
            hands.append(Hand("r", back, to_payer=True))
        step = step.begin_award(hands)
        for saga_id in order:
            if saga_id in shares:
                step = step.release(saga_id, shares[saga_id])
            elif saga_id == "r" and back:
                step = step.fail_refund("r") if fails else step.refund("r")
        self.step = step

    @precondition(lambda self: self.step.status is Status.HELD)
    @rule(amount=st.integers(1, 2_000), disputed=st.integers(0, 997))
    def charge_back(self, amount: int, disputed: int) -> None:
        disputed = min(disputed, self.step.free)
        before = self.step.dispute(disputed) if disputed else self.step
        after = before.charge_back(amount, 1)
        assert after.refunded - before.refunded == min(amount, before.held)
        self.step = after.undispute(after.disputed)

    @precondition(lambda self: self.step.status is Status.REFUNDED)
    @rule(fails=st.booleans())
    def fund_again(self, fails: bool) -> None:
        before = self.step
        step = before.begin_funding("s")
        self.step = step.fail_funding("s") if fails else step.hold("s", CHARGE)
        assert self.step == before if fails else self.step.held == before.outstanding > 0

    @precondition(lambda self: self.step.status in (Status.RELEASED, Status.REFUNDED))
    @rule()
    def begin_another(self) -> None:
        self.step = Milestone("m", "t", 3)

    @invariant()
    def nothing_is_lost(self) -> None:
        step = self.step
        assert step.released + step.fees + step.held <= step.amount
        assert step.funded == step.held + step.released + step.refunded + step.fees
        assert (step.held == 0) == (step.status in (Status.UNFUNDED, Status.RELEASED, Status.REFUNDED))


TestMilestoneMachine = MilestoneMachine.TestCase
TestMilestoneMachine.settings = settings(max_examples=50, stateful_step_count=20, deadline=None)
