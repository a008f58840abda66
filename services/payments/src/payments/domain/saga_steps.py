"""The steps of sagas: which may follow which, and how long they may wait."""

from __future__ import annotations

from enum import StrEnum


class Step(StrEnum):
    """What a saga does next. Every step makes at most one call that has an effect."""

    CREATE_INTENT = "create_intent"
    CONFIRM_INTENT = "confirm_intent"
    AWAIT_INTENT = "await_intent"
    CANCEL_INTENT = "cancel_intent"
    ENSURE_ACCOUNT = "ensure_account"
    AWAIT_ACCOUNT = "await_account"
    TRANSFER = "transfer"
    REVERSE = "reverse"
    AWAIT_FUNDS = "await_funds"
    REFUND = "refund"
    AWAIT_REFUND = "await_refund"
    BY_HAND = "by_hand"  # finance sends it, or the processor takes it after all
    PAY_OUT = "pay_out"
    AWAIT_PAYOUT = "await_payout"
    SETTLE = "settle"
    READ_DISPUTE = "read_dispute"
    AWAIT_DISPUTE = "await_dispute"


# The steps that wait for a date, which may be days ahead: the processor's, or the next one to ask it.
DATED = frozenset({Step.SETTLE, Step.BY_HAND})
# Those that wait for people, who wake them: the timer asks but once an hour (decisions 0050 and 0051).
UNHURRIED = frozenset({Step.AWAIT_ACCOUNT, Step.AWAIT_FUNDS})
WAITING = frozenset(
    {Step.AWAIT_INTENT, Step.AWAIT_ACCOUNT, Step.AWAIT_FUNDS, Step.AWAIT_REFUND, Step.BY_HAND, Step.AWAIT_PAYOUT, Step.AWAIT_DISPUTE}
)

NEXT_STEPS: dict[Step, frozenset[Step]] = {
    Step.CREATE_INTENT: frozenset({Step.CONFIRM_INTENT}),
    Step.CONFIRM_INTENT: frozenset({Step.AWAIT_INTENT, Step.CANCEL_INTENT}),
    Step.AWAIT_INTENT: frozenset({Step.CANCEL_INTENT}),
    Step.CANCEL_INTENT: frozenset({Step.AWAIT_INTENT}),
    Step.ENSURE_ACCOUNT: frozenset({Step.TRANSFER, Step.PAY_OUT}),
    Step.TRANSFER: frozenset({Step.AWAIT_ACCOUNT}),
    Step.AWAIT_ACCOUNT: frozenset({Step.TRANSFER}),
    Step.REVERSE: frozenset({Step.AWAIT_FUNDS}),
    Step.AWAIT_FUNDS: frozenset(),
    Step.REFUND: frozenset({Step.AWAIT_REFUND, Step.BY_HAND}),
    Step.AWAIT_REFUND: frozenset({Step.REFUND}),
    Step.BY_HAND: frozenset({Step.REFUND}),
    Step.PAY_OUT: frozenset({Step.AWAIT_PAYOUT}),
    Step.AWAIT_PAYOUT: frozenset(),
    Step.SETTLE: frozenset(),
    Step.READ_DISPUTE: frozenset({Step.AWAIT_DISPUTE}),
    Step.AWAIT_DISPUTE: frozenset(),
}

# What is asked for again after these needs another key: Stripe repeats its refusals, and what has failed.
TO_BE_ASKED_ANEW = frozenset({Step.AWAIT_ACCOUNT, Step.AWAIT_REFUND, Step.BY_HAND})

# A refund that a bank returns is made again: attempts count through, so that the pauses grow and somebody is told.
ONE_ERRAND = frozenset({Step.REFUND, Step.AWAIT_REFUND, Step.BY_HAND})
