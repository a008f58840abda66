"""Which stretch of a conversation a page of its history shows: numbers without a gap need no search."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stretch:
    """The messages from `first` to `last`; `more` is the number to go on from in the same direction, if there is more."""

    first: int
    last: int
    more: int | None

    @classmethod
    def after(cls, seq: int, last_seq: int, limit: int) -> Stretch:
        """Forward from behind `seq`: how a client that was away catches up."""
        last = min(last_seq, seq + limit)
        return cls(seq + 1, last, more=last if last < last_seq else None)

    @classmethod
    def before(cls, seq: int, last_seq: int, limit: int) -> Stretch:
        """Back from `seq`: the messages just before it."""
        last = min(seq - 1, last_seq)
        first = max(1, last - limit + 1)
        return cls(first, last, more=first if first > 1 else None)

    @property
    def empty(self) -> bool:
        return self.last < self.first
