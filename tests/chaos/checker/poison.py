"""The fact that cannot be applied: where it must be, what it may delay, and what it may not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from checker.violation import Record, Violation, of


def set_aside(history: Sequence[Record]) -> Iterator[Violation]:
    """The poison alone is among the dead letters, with its error; its aggregate has come up to it, and no further."""
    poison = {record["poison"] for record in of(history, "recorded") if record.get("poison")}
    dead = {record["fact"]: record for record in of(history, "dead") if record["fact"] is not None}
    for fact in poison - dead.keys():
        yield Violation("poison", fact, "is not among the dead letters")
    for fact in poison & dead.keys():
        if not dead[fact].get("error") or not dead[fact].get("trace"):
            yield Violation("poison", fact, f"lies there without its error: {dead[fact].get('error')!r}")
    for record in of(history, "dead"):
        if record["fact"] not in poison:
            yield Violation("dead", str(record["id"]), f"in {record['queue']}: {record.get('error')}")
    delayed = poisoned_facts(history)
    for record in of(history, "effect"):
        if record["fact"] in delayed:
            yield Violation("poison", record["fact"], "was applied, though what came before it could not be")


def poisoned_facts(history: Sequence[Record]) -> set[str]:
    """The poison itself and all that comes after it in its aggregate's sequence."""
    poison = {record["poison"] for record in of(history, "recording") if record.get("poison")}
    if not poison:
        return set()
    places = {
        record["body"]["fact"]: (record["subject"], record["sequence"]) for record in of(history, "seen") if record["body"].get("fact")
    }
    first: dict[str, int] = {}
    for fact in poison & places.keys():
        aggregate, sequence = places[fact]
        first[aggregate] = min(sequence, first.get(aggregate, sequence))
    return {fact for fact, (aggregate, sequence) in places.items() if sequence >= first.get(aggregate, sequence + 1)}
