"""How a step of a saga is recorded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from chassis.crash_points import declare, reached
from payments.domain.errors import InvariantBroken
from payments.domain.escrow import Escrow
from payments.domain.saga import Saga
from payments.usecases.ports import UnitOfWork, UnitsOfWork

declare({"saga.step_recorded": "the outcome of a step is committed, the next one is not begun"})


class TakenOver(Exception):
    """Another driver has moved this saga on meanwhile: what this one learned is of no more use."""


@contextmanager
def recording(units_of_work: UnitsOfWork, saga: Saga) -> Iterator[UnitOfWork]:
    """The transaction that records what a step of a saga has done: the only way a saga goes on.

    Raises:
        TakenOver: the saga is not at the version the step began at. So of two drivers one records, whatever both did.
    """
    with units_of_work() as work:
        stored = work.sagas.get(saga.id)
        if stored is None:
            raise InvariantBroken(f"saga {saga.id} is gone")
        if stored.version != saga.version:
            raise TakenOver
        yield work
    reached("saga.step_recorded")


def escrow_of(work: UnitOfWork, escrow_id: str) -> Escrow:
    """The escrow a saga is about: it was there when the saga began, and escrows are never deleted."""
    escrow = work.escrows.get(escrow_id)
    if escrow is None:
        raise InvariantBroken(f"escrow {escrow_id} is gone")
    return escrow
