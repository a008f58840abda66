"""What followed from the facts: in the hearing service's tables, and at the vendor's."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from checker.facts import event_ids
from checker.poison import poisoned_facts
from checker.violation import Record, Violation, of


def once(history: Sequence[Record]) -> Iterator[Violation]:
    """A fact on the wire has its effect once, however often its event came; only what stands behind a poison has none yet."""
    happened = Counter(record["fact"] for record in of(history, "effect"))
    delayed = poisoned_facts(history)
    for fact in event_ids(history):
        if not happened[fact] and fact not in delayed:
            yield Violation("lost", fact, "its event was seen, and nothing followed")
    for fact, count in happened.items():
        if count > 1:
            yield Violation("twice", fact, f"happened {count} times")


def in_order(history: Sequence[Record]) -> Iterator[Violation]:
    """The n-th effect of an ordered aggregate is that of its n-th event."""
    by_aggregate: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for record in of(history, "effect"):
        if record["place"]:
            by_aggregate[record["aggregate"]].append((record["place"], record["sequence"]))
    for aggregate, rows in by_aggregate.items():
        for due, (place, sequence) in enumerate(sorted(rows), start=1):
            if (place, sequence) != (due, due):
                yield Violation("order", aggregate, f"effect {place} is of event {sequence}, and {due} was due")
                break


def outside_once(history: Sequence[Record]) -> Iterator[Violation]:
    """Who has an effect at a vendor's has one, under one key."""
    keys: defaultdict[str, set[str]] = defaultdict(set)
    calls: Counter[str] = Counter()
    for record in of(history, "vendor"):
        keys[record["fact"]].add(record["key"])
        calls[record["fact"]] += 1
    for fact, count in calls.items():
        if count > 1:
            yield Violation("twice", fact, f"happened {count} times at the vendor's, under {len(keys[fact])} keys")
    for record in of(history, "recorded"):
        for fact in record["outside"]:
            if fact not in keys:
                yield Violation("lost", fact, "never happened at the vendor's")
