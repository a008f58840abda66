"""Whether the platform healed by itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from checker.violation import Record, Violation, of


def came_to_rest(history: Sequence[Record]) -> Iterator[Violation]:
    """No process ended by itself, all were ready again in time, and at the end nothing was left to do."""
    for record in of(history, "died"):
        yield Violation("died", record["process"], f"ended by itself with status {record['status']} at {record['at']:.0f} s")
    for record in of(history, "not_back"):
        yield Violation("rest", record["process"], f"was not ready {record['within']:.0f} s after a fault")
    for record in of(history, "unsettled"):
        yield Violation("rest", "the platform", f"still busy after {record['within']:.0f} s: {record['rest']}")
