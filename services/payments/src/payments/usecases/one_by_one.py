"""Work that a timer does for many: one's trouble holds up no other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from payments.usecases.ports import DatabaseAway


def one_by_one(
    ids: Iterable[str],
    do: Callable[[str], None],
    rerun: Callable[[Callable[[], None]], None],
    failed: Callable[[str], None],
) -> None:
    """Do it for each; `failed` logs whose turn it was, with the exception under way.

    Raises:
        DatabaseAway: then nobody's turn would come to anything.
    """
    for each in ids:
        try:
            rerun(partial(do, each))
        except DatabaseAway:
            raise
        except Exception:
            failed(each)
