"""The report of a run, in Markdown: what was planned, what happened, how long recovery took, and the verdict."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from checker import RULES, Record

from chaos.plan import kind_of
from chaos.run import Outcome


def report(outcome: Outcome, title: str, command: str) -> str:
    """One page."""
    plan, history = outcome.plan, outcome.history
    lines = [
        f"# {title}",
        "",
        f"`{command}` · plan `{plan.digest}` · took {outcome.seconds / 60:.1f} minutes",
        "",
        f"**Verdict: {'no violation' if outcome.verdict.clean else f'{len(outcome.verdict.violations)} violations'}.**",
        "",
        "| counted | |",
        "|---|---|",
        *(f"| {name} | {count:,} |" for name, count in _counts(history)),
        "",
        "| promise | violations |",
        "|---|---|",
        *(f"| {rule} | {outcome.verdict.by_rule[rule]} |" for rule in RULES),
        "",
        "Ready again: from the start of the process, without the time in which broker, database or Redis were away themselves.",
        "",
        "| what happened to a kind of process | times | median until ready again | longest |",
        "|---|---|---|---|",
        *_faults(history),
        "",
    ]
    if not outcome.verdict.clean:
        lines += ["```", *outcome.verdict.lines(), "```", ""]
    return "\n".join(lines)


def _counts(history: Sequence[Record]) -> Iterable[tuple[str, int]]:
    kinds = Counter(record["what"] for record in history)
    ids = [record["id"] for record in history if record["what"] == "seen"]
    acknowledged = sum(len(record["facts"]) for record in history if record["what"] == "recorded")
    yield "facts acknowledged to the probe's clients", acknowledged
    yield "actions acknowledged to people at the gateway", kinds["done"]
    yield "events on the wire", len(set(ids))
    yield "of these seen more than once", sum(count > 1 for count in Counter(ids).values())
    yield "copies published by the harness", kinds["repeated"]
    yield "effects of the probe", kinds["effect"]
    yield "effects at the probe's vendor", kinds["vendor"]
    yield "dead letters", kinds["dead"]
    yield "moves in the ledger", kinds["move"]
    yield "sagas", kinds["saga"]
    yield "kills", sum(record["kind"] == "kill" for record in history if record["what"] == "fault")
    yield "faults in all", kinds["fault"]


def _faults(history: Sequence[Record]) -> Iterable[str]:
    times: Counter[tuple[str, str]] = Counter()
    ready: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    for record in history:
        if record["what"] == "mended":
            process, _, server = record["target"].partition(">")
            what = record["kind"], kind_of(process) + (f" → {server}" if server else "")
            times[what] += 1
            if record["ready_after"] is not None:
                ready[what].append(record["ready_after"])
    for (kind, target), count in sorted(times.items()):
        seconds = ready[kind, target]
        recovery = f"{statistics.median(seconds):.1f} s | {max(seconds):.1f} s" if seconds else "– | –"
        yield f"| {kind.replace('_', ' ')} {target} | {count} | {recovery} |"
