"""What was on the wire: order by aggregate, identity of events, and why anything came twice."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from checker.violation import Record, Violation, of

# What may make a relay publish again what was published and not yet marked, or another relay take over.
DISTURBING = frozenset({"kill", "stop", "rolling", "pause", "cut", "reset", "half_open", "stall", "delay", "partition"})
_DISTURBED = ("relay", "broker", "mongo", "serving relay")
# A fault ends one connection or process and, while it heals, perhaps the next attempt too.
STEPS_BACK_A_FAULT = 3

Lane = tuple[str, str]


def in_sequence(history: Sequence[Record]) -> Iterator[Violation]:
    """The first copies of an aggregate's events come as 1, 2, 3, …: at-least-once publishing may repeat, never skip or overtake."""
    came: defaultdict[Lane, list[int]] = defaultdict(list)
    seen: set[str] = set()
    for record in of(history, "seen"):
        if record["id"] not in seen:
            seen.add(record["id"])
            came[record["source"], record["subject"]].append(record["sequence"])
    for (source, subject), sequences in came.items():
        for place, sequence in enumerate(sequences, start=1):
            if sequence != place:
                yield Violation("order", f"{source}/{subject}", f"{sequence} came where {place} was due")
                break


def one_to_one(history: Sequence[Record]) -> Iterator[Violation]:
    """An id names one place in one aggregate's sequence, and each place has one id."""
    places: dict[str, tuple[str, str, int]] = {}
    ids: dict[tuple[str, str, int], str] = {}
    for record in of(history, "seen"):
        place = (record["source"], record["subject"], record["sequence"])
        if places.setdefault(record["id"], place) != place:
            yield Violation("identity", record["id"], f"is both {places[record['id']]} and {place}")
        if ids.setdefault(place, record["id"]) != record["id"]:
            yield Violation("identity", str(place), f"is both {ids[place]} and {record['id']}")


def repeats_have_a_cause(history: Sequence[Record]) -> Iterator[Violation]:
    """One relay at a time publishes an aggregate's events, so their sequence steps back only where something was disturbed.

    What the harness itself published again, and what the broker handed to the observer again, is not counted.
    """
    disturbances = 0
    steps: Counter[Lane] = Counter()
    reached: dict[Lane, int] = {}
    copies: Counter[str] = Counter()
    seen: set[str] = set()
    told: set[Lane] = set()
    for record in history:
        if record["what"] == "fault":
            disturbances += is_disturbing(record)
        elif record["what"] == "repeated":
            copies[record["id"]] += 1
        elif record["what"] == "seen":
            lane = (record["source"], record["subject"])
            if record["id"] in seen:
                if record["again"]:
                    continue
                if copies[record["id"]]:
                    copies[record["id"]] -= 1
                    continue
            seen.add(record["id"])
            if record["sequence"] <= reached.get(lane, 0):
                steps[lane] += 1
                if steps[lane] > disturbances * STEPS_BACK_A_FAULT and lane not in told:
                    told.add(lane)
                    went_back = f"went back {steps[lane]} times after {disturbances} disturbances, at {record['at']:.1f} s"
                    yield Violation("repeats", f"{lane[0]}/{lane[1]}", went_back)
            reached[lane] = record["sequence"]


def is_disturbing(fault: Record) -> bool:
    """Whether a relay may have had to begin again."""
    return fault["kind"] in DISTURBING and fault["target"].partition(">")[0].startswith(_DISTURBED)


def outboxes_are_empty(history: Sequence[Record]) -> Iterator[Violation]:
    """At the end nothing waits, and each row was seen."""
    seen = {record["id"] for record in of(history, "seen")}
    for row in of(history, "outbox"):
        if row["pending"]:
            yield Violation("orphan", row["id"], f"{row['database']}: {row['type']} of {row['subject']} still waits")
        elif row["id"] not in seen:
            yield Violation("lost", row["id"], f"{row['database']}: {row['type']} of {row['subject']} is marked sent, and was never seen")
