"""What needs to be kept and told of sagas."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from payments.domain.saga import Saga


class Sagas(Protocol):
    def get(self, saga_id: str) -> Saga | None: ...
    def started_by(self, call_key: str) -> list[Saga]: ...
    def due(self, at: datetime, limit: int) -> list[Saga]:
        """Running ones that nobody drives and whose time has come, the longest due first: those whose present step was never put off."""
        ...

    def due_again(self, at: datetime, limit: int) -> list[Saga]:
        """As `due`: those whose present step was, and those that a clock that was set back has put off."""
        ...

    def waiting_for(self, user_id: str) -> list[Saga]:
        """Those that wait until this person's account can take money."""
        ...

    def count_stuck(self) -> int:
        """How many running ones somebody should look at."""
        ...

    def left_to_people(self, cursor: str | None, limit: int) -> tuple[list[Saga], str | None]:
        """Running ones that somebody is to settle by hand, the oldest first."""
        ...

    def count_left_to_people(self) -> int: ...

    def add(self, saga: Saga) -> None: ...
    def save(self, saga: Saga) -> Saga: ...


class SagaGauges(Protocol):
    """What alerts are made of."""

    def stuck_sagas(self, number: int) -> None: ...
    def refunds_by_hand(self, number: int) -> None: ...
