"""The call that runs now: what names it, and how long its caller waits."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from chassis.context import Call, current_call

_LOOK_EVERY_SECONDS = 0.1
_WITHOUT_DEADLINE = timedelta(seconds=5)
_TO_ANSWER = timedelta(seconds=1)  # left of the deadline for reading and sending the answer


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
        call = current_call.get()
        now = datetime.now(UTC)  # deadlines are real time, whatever the product's clock says
        given_up_at = call.deadline - _TO_ANSWER if call and call.deadline else now + _WITHOUT_DEADLINE
        while not done() and datetime.now(UTC) < given_up_at:
            self.sleep(_LOOK_EVERY_SECONDS)


def _call() -> Call:
    call = current_call.get()
    if call is None:
        raise LookupError("no call is being answered")
    return call


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()
