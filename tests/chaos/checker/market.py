"""What people at the gateway were promised: their actions are facts, and they read what they wrote, once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from checker.violation import Record, Violation, of


def actions_are_facts(history: Sequence[Record]) -> Iterator[Violation]:
    """An acknowledged action that names its fact (a type, and the value of one field) is on the wire under exactly one id."""
    ids: defaultdict[tuple[str, str, str], set[str]] = defaultdict(set)
    for record in of(history, "seen"):
        for name, value in record["body"].items():
            ids[record["type"], name, str(value)].add(record["id"])
    for record in of(history, "done"):
        for type_, name, value in record["facts"]:
            found = ids.get((type_, name, value), set())
            if len(found) != 1:
                yield Violation(
                    "action", f"{record['action']} by {record['who']}", f"{type_} with {name} {value}: seen as {len(found)} events"
                )


def reads_agree(history: Sequence[Record]) -> Iterator[Violation]:
    """What people read at the end: escrows add up, messages stand in order without gap, and everybody was told everything once."""
    for record in of(history, "read"):
        answer = record["answer"]
        match record["of"]:
            case "escrow":
                parts = {name: answer[name]["amount_minor"] for name in ("funded", "held", "released", "refunded", "fees")}
                if parts.pop("funded") != sum(parts.values()):
                    yield Violation("read", answer["id"], f"the escrow does not add up: {answer}")
            case "messages":
                if [message["seq"] for message in answer] != list(range(1, len(answer) + 1)):
                    yield Violation("read", record["subject"], "the messages' numbers have gaps or repeats")
                if Counter(message["text"] for message in answer) != Counter(record["expected"]):
                    yield Violation("read", record["subject"], "the messages are not those that were sent, each once")
            case "notifications":
                if answer != record["expected"]:
                    yield Violation("read", record["subject"], f"was told {answer}, and should have been told {record['expected']}")
            case "state":
                if answer != record["expected"]:
                    yield Violation("read", record["subject"], f"reads {answer}, and should read {record['expected']}")


def no_bugs(history: Sequence[Record]) -> Iterator[Violation]:
    """Whatever was broken, a request was answered as promised or refused in a way that says to come back."""
    for record in of(history, "refused"):
        yield Violation(
            "bug",
            str(record.get("action")),
            ", ".join(f"{name} {record[name]}" for name in ("status", "code", "error") if record.get(name)),
        )
    for record in of(history, "given_up"):
        yield Violation("bug", str(record.get("action")), f"never acknowledged: {record.get('why', '')}")
