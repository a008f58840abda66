"""What the code that runs now is answering: set by the entrypoints, read by the unit of work and the log."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Client:
    """From where a person speaks, as the gateway saw it: their address (an IPv6 one as its /64) and their program's own name."""

    address: str = ""
    agent: str = ""


NOWHERE = Client()  # nothing is known


@dataclass(frozen=True, slots=True)
class Call:
    """An RPC in progress.

    `caller` is the verified user id, or "anonymous"; `fingerprint` is a digest of the request, so that an idempotency
    key used again with another request is told apart; `deadline` is when the answer is of no more use.
    """

    service: str
    method: str
    caller: str
    request_id: str
    idempotency_key: str | None
    fingerprint: str
    deadline: datetime | None
    client: Client = NOWHERE


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event being handled. `handler` is `<service>.<method>`; with `event_id` it names the inbox record.

    `attempt` is how many attempts at it have failed before this one.
    """

    event_id: str
    event_type: str
    handler: str
    subject: str
    sequence: int
    attempt: int = 0


current_call: ContextVar[Call | None] = ContextVar("current_call", default=None)
current_delivery: ContextVar[Delivery | None] = ContextVar("current_delivery", default=None)


def calling_client() -> Client:
    """Where the call that runs now comes from; nothing is known of it outside a call."""
    call = current_call.get()
    return call.client if call is not None else NOWHERE


def delivered() -> Delivery:
    """The delivery being handled: its `sequence` orders the events of one subject for handlers that keep state.

    Raises:
        LookupError: no event is being handled.
    """
    delivery = current_delivery.get()
    if delivery is None:
        raise LookupError("no event is being handled")
    return delivery


class AnsweredBefore(Exception):
    """This caller's idempotency key was answered before: `answer` is that answer as JSON data. Not an error."""

    def __init__(self, answer: dict[str, Any]) -> None:
        super().__init__("answered before")
        self.answer = answer


class AlreadyHandled(Exception):
    """This handler has handled this event before. Not an error: acknowledge and go on."""
