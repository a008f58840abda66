"""The call that runs now: what names it, and how long its caller waits."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from chassis.context import Call, current_call

_LOOK_EVERY_SECONDS = 0.1
_WITHOUT_DEADLINE_SECONDS = 5.0
_TO_ANSWER_SECONDS = 1.0  # left of the deadline for reading and sending the answer


class CurrentCall:
    """Names for the command that is being answered."""

    def key(self) -> str:
        call = _call()
        return _digest(call.caller, call.method, call.idempotency_key) if call.idempotency_key else self.driver()

    def driver(self) -> str:
        """The request id alone would not do: a client may choose it. With the deadline, in milliseconds, it names one call."""
        call = _call()
        deadline = call.deadline.isoformat() if call.deadline else ""
        return _digest(call.caller, call.method, call.request_id, deadline)


@dataclass(frozen=True, slots=True)
class CallPatience:
    """Looks again until the deadline of the call that runs is near."""

    sleep: Callable[[float], None] = time.sleep  # green in the service

    def until(self, done: Callable[[], bool]) -> None:
        left = seconds_to_work()
        give_up_at = time.monotonic() + (_WITHOUT_DEADLINE_SECONDS if left is None else left)
        while not done() and time.monotonic() < give_up_at:
            self.sleep(_LOOK_EVERY_SECONDS)


def seconds_to_work() -> float | None:
    """What is left for work until the caller's deadline; None where nobody waits. In real time, whatever the product's clock says."""
    call = current_call.get()
    if call is None or call.deadline is None:
        return None
    return (call.deadline - datetime.now(UTC)).total_seconds() - _TO_ANSWER_SECONDS


def _call() -> Call:
    call = current_call.get()
    if call is None:
        raise LookupError("no call is being answered")
    return call


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()
