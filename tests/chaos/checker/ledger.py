"""The money: the platform's own ledger, and the processor's books."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from checker.violation import Record, Violation, of

_OUTSIDE = ("payer", "promotion", "grants", "losses")  # what came in from there stands below zero
# Which of the processor's books a move of ours stands in.
_FLOWS = {
    ("payer", "held"): "charges",
    ("held", "payer"): "refunds",
    ("held", "available"): "transfers",
    ("held", "pending"): "transfers",
    ("in_transit", "bank"): "payouts",
}
_DECIDED_SAGAS = frozenset({"completed", "failed"})
_DECIDED_ESCROWS = frozenset({"unfunded", "funded", "settled"})
_DECIDED_PAYOUTS = frozenset({"paid", "failed"})


def balanced(history: Sequence[Record]) -> Iterator[Violation]:
    """Balances are what the moves add up to, sum to zero in each currency, and none but the outside is below zero."""
    expected: Counter[str] = Counter()
    for record in of(history, "move"):
        expected[record["source"]] -= record["amount"]
        expected[record["destination"]] += record["amount"]
    stored = {record["account"]: record["amount"] for record in of(history, "balance")}
    for account in sorted(expected.keys() | stored.keys()):
        if expected[account] != stored.get(account, 0):
            yield Violation("ledger", account, f"holds {stored.get(account, 0)}, its moves say {expected[account]}")
        if stored.get(account, 0) < 0 and not account.startswith(_OUTSIDE):
            yield Violation("ledger", account, f"is below zero: {stored[account]}")
    sums: Counter[str] = Counter()
    for account, amount in stored.items():
        sums[account.rpartition(":")[2]] += amount
    for currency, amount in sums.items():
        if amount:
            yield Violation("ledger", currency, f"the accounts sum to {amount}")


def agrees_with_vendor(history: Sequence[Record]) -> Iterator[Violation]:
    """What was charged, given back, transferred and paid out at the processor's is what the ledger says, by currency."""
    ours: Counter[tuple[str, str]] = Counter()
    for record in of(history, "move"):
        source, destination = record["source"].partition(":")[0], record["destination"].partition(":")[0]
        currency = record["source"].rpartition(":")[2]
        if name := _FLOWS.get((source, destination)):
            ours[name, currency] += record["amount"]
    theirs: Counter[tuple[str, str]] = Counter()
    for record in of(history, "vendor_book"):
        happened = {
            "charges": record["paid"],
            "payouts": record["status"] == "paid",
            "refunds": record["status"] == "succeeded",
            "transfers": True,
        }
        if happened[record["kind"]]:
            theirs[record["kind"], record["currency"]] += record["amount"] - record["reversed"]
    for kind, currency in sorted(ours.keys() | theirs.keys()):
        if ours[kind, currency] != theirs[kind, currency]:
            yield Violation("vendor", f"{kind} in {currency}", f"ledger {ours[kind, currency]}, vendor {theirs[kind, currency]}")


def decided(history: Sequence[Record]) -> Iterator[Violation]:
    """Every movement of money has come to an end, in what the service keeps and in what people see."""
    for record in of(history, "saga"):
        if record["status"] not in _DECIDED_SAGAS:
            yield Violation("undecided", record["id"], f"{record['kind']} is {record['status']} at {record['step']}")
    for record in of(history, "read"):
        if record["of"] == "escrow" and record["answer"]["status"] not in _DECIDED_ESCROWS:
            yield Violation("undecided", record["answer"]["id"], f"the escrow is {record['answer']['status']}")
        if record["of"] == "payout" and record["answer"]["status"] not in _DECIDED_PAYOUTS:
            yield Violation("undecided", record["answer"]["id"], f"the payout is {record['answer']['status']}")
