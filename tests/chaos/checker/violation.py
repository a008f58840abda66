"""What the rules read and what they find."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

Record = dict[str, Any]
Rule = Callable[[Sequence[Record]], Iterator["Violation"]]


@dataclass(frozen=True, slots=True)
class Violation:
    """One promise that was broken, for one thing."""

    rule: str
    subject: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.rule}: {self.subject}{': ' if self.detail else ''}{self.detail}"


def of(history: Sequence[Record], what: str) -> Iterator[Record]:
    """The records of one kind, in order."""
    return (record for record in history if record["what"] == what)
