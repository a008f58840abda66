"""How timers go from row to row: a row that lost a race runs again, and a database that is away is told apart from a row's own trouble."""

from __future__ import annotations

from collections.abc import Callable

from pymongo.errors import PyMongoError

from chassis.mongo import may_heal, retrying
from payments.usecases.ports import DatabaseAway


def rerunning(work: Callable[[], None]) -> None:
    """`retrying`, for one row of many.

    Raises:
        DatabaseAway: the next row would fare no better.
    """
    try:
        retrying(work)
    except PyMongoError as error:
        if may_heal(error):
            raise DatabaseAway from error
        raise
