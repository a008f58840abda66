"""All rules, applied to one history."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from checker import effects, facts, ledger, market, poison, rest, wire
from checker.violation import Record, Rule, Violation

RULES: dict[str, Rule] = {
    "acknowledged facts are seen exactly once by id": facts.seen_once,
    "state and events agree": facts.state_agrees,
    "sequences have no gap and no reorder": wire.in_sequence,
    "an event is one event": wire.one_to_one,
    "only a fault has events repeated": wire.repeats_have_a_cause,
    "nothing is left in an outbox": wire.outboxes_are_empty,
    "effects happen once": effects.once,
    "effects follow the sequence": effects.in_order,
    "effects at a vendor's happen once": effects.outside_once,
    "poison lies in the dead letters and delays its aggregate alone": poison.set_aside,
    "the ledger is balanced": ledger.balanced,
    "the ledger agrees with the vendor's books": ledger.agrees_with_vendor,
    "no movement of money is left undecided": ledger.decided,
    "people's acknowledged actions are facts": market.actions_are_facts,
    "people read what they were promised": market.reads_agree,
    "nobody met a bug": market.no_bugs,
    "everything came back and came to rest": rest.came_to_rest,
}


@dataclass(frozen=True, slots=True)
class Verdict:
    violations: tuple[Violation, ...]

    @property
    def clean(self) -> bool:
        return not self.violations

    @property
    def by_rule(self) -> Counter[str]:
        return Counter(violation.rule for violation in self.violations)

    def lines(self, most: int = 10) -> list[str]:
        """The counts, and the first few of each rule."""
        found = []
        for rule, count in self.by_rule.items():
            found.append(f"{count} × {rule}")
            found += [f"    {violation.subject}: {violation.detail}" for violation in self.violations if violation.rule == rule][:most]
        return found or ["no violation"]


def judge(history: Sequence[Record]) -> Verdict:
    """Apply every rule."""
    return Verdict(tuple(Violation(name, found.subject, found.detail) for name, rule in RULES.items() for found in rule(history)))
