"""The declarative table that every state machine of this service is written in."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

Status = TypeVar("Status", bound=StrEnum)
Action = TypeVar("Action", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class TransitionTable(Generic[Status, Action]):
    """What may be done in which state, and the state it leads to. A pair that is not a row is refused."""

    rows: Mapping[tuple[Status, Action], Status]

    def after(self, status: Status, action: Action) -> Status | None:
        """The state that `action` leads to, or None where the table refuses it."""
        return self.rows.get((status, action))

    def allows(self, status: Status, action: Action) -> bool:
        return (status, action) in self.rows
