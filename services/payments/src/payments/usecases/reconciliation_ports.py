"""What reconciling needs: the processor's books, the reports, and somebody to alert."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Protocol

from payments.domain.reconciliation import Line, PayoutMovement, Reconciliation


class AccountGone(Exception):
    """The processor has no such account any more: nobody can be asked for its books."""


class ProcessorBooks(Protocol):
    def lines(self, since: datetime, until: datetime) -> Iterator[Line]:
        """What moved the platform's balance between two moments, but for what is the platform's own (fees, its payouts, top-ups).

        Raises:
            ProviderUnavailable.
        """
        ...

    def payouts(self, account_id: str, since: datetime, until: datetime) -> Iterator[PayoutMovement]:
        """What a connected account sent to its bank between two moments, and what came back.

        Raises:
            ProviderUnavailable, AccountGone.
        """
        ...


class Reconciliations(Protocol):
    """The reports, one a day."""

    def get(self, day: date) -> Reconciliation | None: ...
    def page(self, cursor: str | None, limit: int) -> tuple[list[Reconciliation], str | None]:
        """The latest day first."""
        ...

    def put(self, report: Reconciliation) -> None:
        """Add it, or write it over the version it was read at."""
        ...


class Gauges(Protocol):
    """What alerts are made of."""

    def reconciled(self, day: date, differences: int) -> None:
        """`day` is the last that was compared, `differences` are those of it and the days before."""
        ...
