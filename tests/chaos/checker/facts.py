"""What was acknowledged, against what is in the recording service's state and what was on the wire."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from checker.violation import Record, Violation, of


def seen_once(history: Sequence[Record]) -> Iterator[Violation]:
    """Every acknowledged fact is on the wire under exactly one event id; a copy of one event is that event, not another."""
    ids = event_ids(history)
    for record in of(history, "recorded"):
        for fact in record["facts"]:
            if not ids.get(fact):
                yield Violation("lost", fact, "acknowledged, and never seen")
    for fact, found in ids.items():
        if len(found) > 1:
            yield Violation("twice", fact, f"seen as {len(found)} events: {', '.join(sorted(found))}")


def state_agrees(history: Sequence[Record]) -> Iterator[Violation]:
    """The state holds each acknowledged fact once, and what is in the state is on the wire, and the other way round."""
    state = Counter(record["fact"] for record in of(history, "state"))
    wire = event_ids(history)
    for record in of(history, "recorded"):
        for fact in record["facts"]:
            if not state[fact]:
                yield Violation("lost", fact, "acknowledged, and not in the state")
    for fact, count in state.items():
        if count > 1:
            yield Violation("twice", fact, f"{count} times in the state")
        if fact not in wire:
            yield Violation("untold", fact, "in the state, and no event tells of it")
    for fact in wire:
        if fact not in state:
            yield Violation("ghost", fact, "an event tells of it, and it is not in the state")


def event_ids(history: Sequence[Record]) -> dict[str, set[str]]:
    """For each fact of the probe, the ids of the events that told of it."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for record in of(history, "seen"):
        if fact := record["body"].get("fact"):
            found[fact].add(record["id"])
    return dict(found)
