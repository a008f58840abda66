"""Shows that the checker bites: one plan with every safeguard on, and again with each switched off in turn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from chaos import plan
from chaos.run import Outcome, run
from chaos.scale import BITE

# What must be found without each safeguard; more may be, as one broken promise leads to others.
EXPECTED: Mapping[str, frozenset[str]] = {
    "none": frozenset(),
    "inbox": frozenset({"effects happen once"}),
    "confirms": frozenset({"acknowledged facts are seen exactly once by id", "nothing is left in an outbox"}),
    "fencing": frozenset({"only a fault has events repeated"}),
    "unit_of_work": frozenset({"state and events agree"}),
}


def bite(seed: int, without: str, folder: Path, say: Callable[[str], None] = lambda _: None) -> Outcome:
    """Run the plan of this seed without a safeguard (`none`: with all of them)."""
    return run(plan.make(BITE, seed), folder, without=without, say=say)


def as_expected(outcome: Outcome, without: str) -> bool:
    """Whether the checker found what it should have: nothing where all is on."""
    found = set(outcome.verdict.by_rule)
    return found >= EXPECTED[without] if EXPECTED[without] else not found


def report(outcomes: Mapping[str, Outcome], seed: int) -> str:
    lines = [
        "# The checker without each safeguard",
        "",
        f"`make chaos-bites SEED={seed}`: the same plan, the same faults; in each run one safeguard is switched off in the processes that",
        "the harness starts (`tests/chaos/unsafe.py`; the product has no such switch).",
        "",
        "| switched off | violations | found | expected at least |",
        "|---|---|---|---|",
    ]
    for without, outcome in outcomes.items():
        found = "; ".join(f"{rule} ({count})" for rule, count in outcome.verdict.by_rule.items()) or "–"
        expected = "; ".join(sorted(EXPECTED[without])) or "nothing"
        lines.append(f"| {without.replace('_', ' ')} | {len(outcome.verdict.violations)} | {found} | {expected} |")
    return "\n".join([*lines, ""])
