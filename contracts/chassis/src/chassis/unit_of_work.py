"""The port of a transaction, as use cases see it: a service's own protocol adds its repositories."""

from __future__ import annotations

from types import TracebackType
from typing import Protocol, Self, TypeVar

from chassis.principal import Principal
from contracts.base import Event, View

V = TypeVar("V", bound=View)


class UnitOfWork(Protocol):
    """`with` begins it; its end commits; an exception rolls it back. `chassis.mongo.MongoUnitOfWork` keeps the promise."""

    def __enter__(self) -> Self: ...
    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None: ...

    def emit(self, event: Event) -> None:
        """Publish this fact if, and only if, the transaction commits."""
        ...

    def erased(self, user_id: str) -> bool:
        """Whether this person was erased: nothing of them may be kept any more, whatever an old event tells."""
        ...

    def answer(self, view: V) -> V:
        """Keep the view as the answer to the command's idempotency key, where it has one; returns the view."""
        ...


class Audited(Protocol):
    def act(self, action: str, target: str, reason: str | None, by: Principal) -> None:
        """Into the audit log, with the transaction: what somebody of the staff did, to what, and why."""
        ...
