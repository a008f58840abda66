"""The states of a subscription and the one table of what leads from each to which."""

from __future__ import annotations

from enum import StrEnum

from contracts.payments.subscription_views import SubscriptionStatus as Status


class Action(StrEnum):
    """What can happen to a subscription."""

    PAY = "pay"
    FAIL = "fail"
    EXHAUST = "exhaust"  # it was tried for the last time
    UPGRADE = "upgrade"
    SWITCH = "switch"  # another plan, while nothing is paid for
    END = "end"


# The whole life of a subscription. What is not listed does not happen; nothing leads out of cancelled and failed.
TRANSITIONS: dict[tuple[Status, Action], Status] = {
    (Status.INCOMPLETE, Action.PAY): Status.ACTIVE,
    (Status.INCOMPLETE, Action.FAIL): Status.FAILED,
    (Status.INCOMPLETE, Action.END): Status.CANCELLED,
    (Status.TRIALING, Action.PAY): Status.ACTIVE,
    (Status.TRIALING, Action.FAIL): Status.PAST_DUE,
    (Status.TRIALING, Action.SWITCH): Status.TRIALING,
    (Status.TRIALING, Action.END): Status.CANCELLED,
    (Status.ACTIVE, Action.PAY): Status.ACTIVE,
    (Status.ACTIVE, Action.FAIL): Status.PAST_DUE,
    (Status.ACTIVE, Action.UPGRADE): Status.ACTIVE,
    (Status.ACTIVE, Action.END): Status.CANCELLED,
    (Status.PAST_DUE, Action.PAY): Status.ACTIVE,
    (Status.PAST_DUE, Action.FAIL): Status.PAST_DUE,
    (Status.PAST_DUE, Action.EXHAUST): Status.UNPAID,
    (Status.PAST_DUE, Action.END): Status.CANCELLED,
    (Status.UNPAID, Action.PAY): Status.ACTIVE,
    (Status.UNPAID, Action.FAIL): Status.UNPAID,
    (Status.UNPAID, Action.END): Status.CANCELLED,
}
OVER = frozenset({Status.CANCELLED, Status.FAILED})
PAID_FOR = frozenset({Status.TRIALING, Status.ACTIVE})


class Turn(StrEnum):
    """What the clock does to a subscription."""

    NOTICE = "notice"
    CHARGE = "charge"
    END = "end"
