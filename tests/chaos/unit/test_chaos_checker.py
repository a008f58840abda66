"""The checker finds nothing in a good history, and each broken promise in a history that breaks it."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from checker import RULES, judge

History = list[dict[str, Any]]
POISON = "poison-3"


def seen(fact: str, subject: str, sequence: int, **other: Any) -> dict[str, Any]:
    event = {"id": f"event-{fact}", "type": "probe_source.fact.v1", "source": "probe_source", "subject": subject, "sequence": sequence}
    return {"what": "seen", "at": 1.0, **event, "again": False, "body": {"fact": fact}, **other}


def row(fact: str, subject: str, sequence: int) -> dict[str, Any]:
    place = {"id": f"event-{fact}", "source": "probe_source", "subject": subject, "sequence": sequence, "type": "probe_source.fact.v1"}
    return {"what": "outbox", "database": "probe_source", "pending": False, **place}


def recorded(subject: str, facts: list[str], **other: Any) -> History:
    told = {"type": "probe_source.fact.v1", "aggregate": subject, "facts": facts, "outside": [], "poison": None, **other}
    return [{"what": "recording", **told}, {"what": "recorded", **told}]


def effect(fact: str, subject: str, sequence: int, place: int) -> dict[str, Any]:
    return {"what": "effect", "fact": fact, "event": f"event-{fact}", "aggregate": subject, "sequence": sequence, "place": place}


def good() -> History:
    """Two aggregates, one of them poisoned at its third fact; one person's action; one escrow."""
    free, poisoned = ["a-1", "a-2", "a-3"], ["poison-1", "poison-2", POISON, "poison-4"]
    history = [*recorded("a", free, outside=["a-2"]), *recorded("poison", poisoned, poison=POISON)]
    for subject, facts in (("a", free), ("poison", poisoned)):
        for sequence, fact in enumerate(facts, start=1):
            history += [seen(fact, subject, sequence), row(fact, subject, sequence), {"what": "state", "fact": fact, "aggregate": subject}]
            if subject == "a" or sequence < 3:
                history.append(effect(fact, subject, sequence, sequence))
    charge = {"what": "vendor_book", "kind": "charges", "id": "ch", "amount": 100, "currency": "EUR", "reversed": 0}
    transfer = charge | {"kind": "transfers", "id": "tr", "amount": 90}
    # fmt: off
    history += [
        {"what": "vendor", "key": "probe/a-2", "fact": "a-2"},
        {"what": "dead", "queue": "sink.dead", "id": f"event-{POISON}", "fact": POISON, "error": "Poisoned", "trace": True},
        {"what": "done", "who": "ada", "action": "message", "facts": [["messaging.message_sent.v1", "message", "m-1"]]},
        {"what": "seen", "at": 2.0, "id": "event-m", "type": "messaging.message_sent.v1", "source": "messaging", "subject": "c",
         "sequence": 1, "again": False, "body": {"message": "m-1"}},
        {"what": "move", "journal": "j1", "source": "payer:e:EUR", "destination": "held:e:EUR", "amount": 100},
        {"what": "move", "journal": "j2", "source": "held:e:EUR", "destination": "available:u:EUR", "amount": 90},
        {"what": "move", "journal": "j2", "source": "held:e:EUR", "destination": "fees:e:EUR", "amount": 10},
        {"what": "balance", "account": "payer:e:EUR", "amount": -100},
        {"what": "balance", "account": "held:e:EUR", "amount": 0},
        {"what": "balance", "account": "available:u:EUR", "amount": 90},
        {"what": "balance", "account": "fees:e:EUR", "amount": 10},
        charge | {"status": "succeeded", "paid": True},
        transfer | {"status": None, "paid": None},
        {"what": "saga", "id": "s", "kind": "fund", "status": "completed", "step": "await_intent"},
        {"what": "read", "of": "escrow", "answer": {"id": "e", "status": "settled", **{name: {"amount_minor": amount} for name, amount in (
            ("funded", 100), ("held", 0), ("released", 90), ("refunded", 0), ("fees", 10))}}},
        {"what": "read", "of": "messages", "subject": "c", "answer": [{"seq": 1, "text": "hello"}], "expected": ["hello"]},
        {"what": "read", "of": "notifications", "subject": "ada", "answer": {"message_sent": 1}, "expected": {"message_sent": 1}},
    ]  # fmt: skip
    return history


def find(history: History, what: str, **fields: Any) -> dict[str, Any]:
    return next(record for record in history if record["what"] == what and all(record.get(name) == value for name, value in fields.items()))


def without(history: History, what: str, **fields: Any) -> None:
    history.remove(find(history, what, **fields))


def again(history: History, what: str, **fields: Any) -> None:
    history.append(deepcopy(find(history, what, **fields)))


def change(history: History, what: str, new: dict[str, Any], **fields: Any) -> None:
    find(history, what, **fields).update(new)


def swap(history: History, first: str, second: str) -> None:
    """Two facts change places on the wire."""
    places = [history.index(find(history, "seen", id=f"event-{fact}")) for fact in (first, second)]
    history[places[0]], history[places[1]] = history[places[1]], history[places[0]]


def repeat(history: History, *, times: int = 1, **other: Any) -> None:
    for _ in range(times):
        history += [{**find(history, "seen", id=f"event-a-{number}"), **other} for number in (1, 2)]


(
    SEEN,
    STATE,
    SEQUENCE,
    IDENTITY,
    REPEATS,
    OUTBOX,
    EFFECTS,
    IN_ORDER,
    OUTSIDE,
    POISONED,
    LEDGER,
    BOOKS,
    DECIDED,
    ACTIONS,
    READS,
    BUGS,
    REST,
) = RULES
Break = Callable[[History], None]
# fmt: off
BREAKS: dict[str, tuple[str, Break]] = {
    "an acknowledged fact was never seen": (SEEN, lambda h: without(h, "seen", id="event-a-3")),
    "a fact was told by two events": (SEEN, lambda h: h.append(seen("a-3", "a", 4, id="other"))),
    "state without an event": (STATE, lambda h: h.append({"what": "state", "fact": "a-9", "aggregate": "a"})),
    "an event without state": (STATE, lambda h: without(h, "state", fact="a-3")),
    "state twice": (STATE, lambda h: again(h, "state", fact="a-1")),
    "a gap": (SEQUENCE, lambda h: change(h, "seen", {"sequence": 4}, id="event-a-3")),
    "a reorder": (SEQUENCE, lambda h: swap(h, "a-1", "a-2")),
    "one id, two places": (IDENTITY, lambda h: h.append(seen("a-3", "a", 4))),
    "one place, two ids": (IDENTITY, lambda h: h.append(seen("a-9", "a", 3))),
    "repeats without a fault": (REPEATS, repeat),
    "more repeats than the faults explain": (
        REPEATS,
        lambda h: (h.insert(0, {"what": "fault", "kind": "kill", "target": "relay-2"}), repeat(h, times=4))[0],
    ),
    "a row that waits": (OUTBOX, lambda h: change(h, "outbox", {"pending": True}, id="event-a-3")),
    "a row marked sent and never seen": (OUTBOX, lambda h: h.append(row("a-9", "a", 4))),
    "no effect": (EFFECTS, lambda h: without(h, "effect", fact="a-3")),
    "an effect twice": (EFFECTS, lambda h: h.append(effect("a-3", "a", 3, 4))),
    "effects out of order": (IN_ORDER, lambda h: (change(h, "effect", {"place": 9}, fact="a-1"))),
    "a vendor's effect twice": (
        OUTSIDE, lambda h: h.append({"what": "vendor", "key": "other", "fact": "a-2"})),
    "no vendor's effect": (OUTSIDE, lambda h: without(h, "vendor")),
    "poison not set aside": (POISONED, lambda h: without(h, "dead")),
    "poison without its error": (
        POISONED, lambda h: change(h, "dead", {"error": None})),
    "another dead letter": (
        POISONED,
        lambda h: h.append({"what": "dead", "queue": "x.dead", "id": "event-a-1", "fact": "a-1", "error": "NotYet"}),
    ),
    "what follows the poison was applied": (
        POISONED, lambda h: h.append(effect("poison-4", "poison", 4, 3))),
    "a balance its moves do not give": (LEDGER, lambda h: change(h, "balance", {"amount": 91}, account="available:u:EUR")),
    "a balance below zero": (LEDGER, lambda h: change(h, "balance", {"amount": -1}, account="held:e:EUR")),
    "a charge we do not know": (BOOKS, lambda h: again(h, "vendor_book", kind="charges")),
    "a transfer that is missing": (BOOKS, lambda h: without(h, "vendor_book", kind="transfers")),
    "a saga under way": (DECIDED, lambda h: change(h, "saga", {"status": "running"})),
    "an escrow under way": (DECIDED, lambda h: find(h, "read", of="escrow")["answer"].update(status="funding")),
    "an action that is no fact": (ACTIONS, lambda h: without(h, "seen", id="event-m")),
    "an action that is two facts": (
        ACTIONS,
        lambda h: h.append({**find(h, "seen", id="event-m"), "id": "event-n", "sequence": 2}),
    ),
    "an escrow that does not add up": (
        READS, lambda h: find(h, "read", of="escrow")["answer"]["held"].update(amount_minor=1)),
    "a message that is missing": (READS, lambda h: change(h, "read", {"answer": []}, of="messages")),
    "a notification twice": (READS, lambda h: change(h, "read", {"answer": {"message_sent": 2}}, of="notifications")),
    "a bug": (BUGS, lambda h: h.append({"what": "refused", "action": "GET /v1/me", "status": 500})),
    "an action given up": (BUGS, lambda h: h.append({"what": "given_up", "action": "waiting"})),
    "a process that ended": (
        REST, lambda h: h.append({"what": "died", "at": 3.0, "process": "relay", "status": 1})),
    "no rest": (REST, lambda h: h.append({"what": "unsettled", "within": 1, "rest": {"q": 1}})),
    "not ready again": (REST, lambda h: h.append({"what": "not_back", "within": 1, "process": "relay"})),
}
# fmt: on


def test_a_good_history_has_no_violation() -> None:
    assert judge(good()).lines() == ["no violation"]


@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_promise_is_found(name: str) -> None:
    rule, breaks = BREAKS[name]
    history = good()
    breaks(history)
    assert rule in judge(history).by_rule


def test_every_rule_is_seen_to_bite() -> None:
    assert {rule for rule, _ in BREAKS.values()} == set(RULES)


def test_copies_of_an_event_are_allowed_where_something_caused_them() -> None:
    disturbed = good()
    disturbed.insert(0, {"what": "fault", "kind": "kill", "target": "relay"})
    repeat(disturbed)
    ours = good()
    ours += [{"what": "repeated", "id": "event-a-1"}, {"what": "repeated", "id": "event-a-2"}]
    repeat(ours)
    brokers = good()
    repeat(brokers, again=True)
    for history in (disturbed, ours, brokers):
        assert judge(history).clean
