"""The states of a milestone's money, and the one table of its transitions."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """As others see them in `EscrowMilestoneStatus`, where `awarding` shows as `releasing`."""

    UNFUNDED = "unfunded"
    FUNDING = "funding"
    REQUIRES_ACTION = "requires_action"
    HELD = "held"
    RELEASING = "releasing"
    RELEASED = "released"
    REFUNDING = "refunding"
    REFUNDED = "refunded"
    AWARDING = "awarding"  # a decision: some of it to the solver, some back


class Action(StrEnum):
    """What can happen to a milestone's money."""

    BEGIN_FUNDING = "begin_funding"
    REQUIRE_ACTION = "require_action"
    HOLD = "hold"
    FAIL_FUNDING = "fail_funding"
    FAIL_FUNDING_AGAIN = "fail_funding_again"  # of what had been given back: it is as it was
    BEGIN_RELEASE = "begin_release"
    BEGIN_REFUND = "begin_refund"
    BEGIN_AWARD = "begin_award"
    GO_ON = "go_on"  # one of several movements has ended
    RELEASE_PART = "release_part"
    RELEASE_REST = "release_rest"
    REFUND_PART = "refund_part"
    REFUND_REST = "refund_rest"
    FAIL_REFUND = "fail_refund"
    RESTORE = "restore"  # a refund that had arrived came back
    CHARGE_BACK_PART = "charge_back_part"  # the payer has it from the bank
    CHARGE_BACK_REST = "charge_back_rest"
    TAKE_BACK = "take_back"  # what had been released is to go back to the challenger


# The whole life of a milestone's money. What is not listed does not happen.
TRANSITIONS: dict[tuple[Status, Action], Status] = {
    (Status.UNFUNDED, Action.BEGIN_FUNDING): Status.FUNDING,
    (Status.REFUNDED, Action.BEGIN_FUNDING): Status.FUNDING,
    (Status.FUNDING, Action.REQUIRE_ACTION): Status.REQUIRES_ACTION,
    (Status.FUNDING, Action.HOLD): Status.HELD,
    (Status.FUNDING, Action.FAIL_FUNDING): Status.UNFUNDED,
    (Status.FUNDING, Action.FAIL_FUNDING_AGAIN): Status.REFUNDED,
    (Status.REQUIRES_ACTION, Action.HOLD): Status.HELD,
    (Status.REQUIRES_ACTION, Action.FAIL_FUNDING): Status.UNFUNDED,
    (Status.REQUIRES_ACTION, Action.FAIL_FUNDING_AGAIN): Status.REFUNDED,
    (Status.HELD, Action.BEGIN_RELEASE): Status.RELEASING,
    (Status.RELEASING, Action.GO_ON): Status.RELEASING,
    (Status.RELEASING, Action.RELEASE_PART): Status.HELD,
    (Status.RELEASING, Action.RELEASE_REST): Status.RELEASED,
    (Status.HELD, Action.BEGIN_REFUND): Status.REFUNDING,
    (Status.REFUNDING, Action.GO_ON): Status.REFUNDING,
    (Status.REFUNDING, Action.REFUND_PART): Status.HELD,
    (Status.REFUNDING, Action.REFUND_REST): Status.REFUNDED,
    (Status.REFUNDING, Action.FAIL_REFUND): Status.HELD,
    (Status.REFUNDED, Action.RESTORE): Status.HELD,
    (Status.RELEASED, Action.RESTORE): Status.HELD,
    (Status.HELD, Action.RESTORE): Status.HELD,
    (Status.RELEASED, Action.TAKE_BACK): Status.HELD,
    (Status.REFUNDED, Action.TAKE_BACK): Status.HELD,
    (Status.HELD, Action.TAKE_BACK): Status.HELD,
    (Status.REFUNDING, Action.RELEASE_REST): Status.RELEASED,
    (Status.HELD, Action.CHARGE_BACK_PART): Status.HELD,
    (Status.HELD, Action.CHARGE_BACK_REST): Status.REFUNDED,
    (Status.HELD, Action.BEGIN_AWARD): Status.AWARDING,
    (Status.RELEASING, Action.BEGIN_AWARD): Status.AWARDING,
    (Status.REFUNDING, Action.BEGIN_AWARD): Status.AWARDING,
    (Status.AWARDING, Action.BEGIN_AWARD): Status.AWARDING,
    (Status.AWARDING, Action.GO_ON): Status.AWARDING,
    (Status.AWARDING, Action.RELEASE_PART): Status.HELD,
    (Status.AWARDING, Action.REFUND_PART): Status.HELD,
    (Status.AWARDING, Action.FAIL_REFUND): Status.HELD,
    (Status.AWARDING, Action.RELEASE_REST): Status.RELEASED,
    (Status.AWARDING, Action.REFUND_REST): Status.REFUNDED,
}
BEING_FUNDED = frozenset({Status.FUNDING, Status.REQUIRES_ACTION})
MOVING = frozenset({Status.RELEASING, Status.REFUNDING, Status.AWARDING})
