"""The alert rules are ones that Prometheus takes, on metrics that our programs have, with a place that says what to do."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import REGISTRY

from chassis import metrics
from chassis.relay.metrics import Metrics
from payments.adapters import alarms, gauges

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "deploy" / "observability").glob("*.rules.yaml"))
RULES = [rule for file in FILES for group in yaml.safe_load(file.read_text())["groups"] for rule in group["rules"]]
_DURATION = re.compile(r"[1-9]\d*(ms|s|m|h|d)")
_WORDS_OF_PROMQL = {"by", "max", "sum", "increase", "time"}


def known_metrics() -> dict[str, tuple[str, ...]]:
    """The labels of every sample our programs show, by its name."""
    assert all((metrics.DEAD_LETTERS, alarms.BREACHES, gauges.STUCK))  # registers those of the services
    found = {}
    for registry in (REGISTRY, Metrics().registry):
        for collector in list(registry._collector_to_names):
            labels = tuple(getattr(collector, "_labelnames", ()))
            found |= dict.fromkeys(registry._collector_to_names[collector], labels)
    return found


def test_there_are_rules() -> None:
    assert {"DeadLetters", "ConsumerHasNoQueue"} <= {rule["alert"] for rule in RULES}
    assert len({rule["alert"] for rule in RULES}) == len(RULES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_a_rule_is_complete(rule: dict[str, Any]) -> None:
    assert rule.keys() <= {"alert", "expr", "for", "labels", "annotations"}
    assert _DURATION.fullmatch(rule.get("for", "1m"))
    assert rule["labels"]["severity"] in ("warning", "critical")
    assert rule["annotations"].keys() == {"summary", "runbook"}
    path, _, heading = rule["annotations"]["runbook"].partition("#")
    headings = {line.lstrip("# ").lower().replace(" ", "-") for line in (ROOT / path).read_text().splitlines() if line.startswith("#")}
    assert heading in headings


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_expression_speaks_of_what_we_measure(rule: dict[str, Any]) -> None:
    expression = rule["expr"]
    assert expression.count("(") == expression.count(")")
    assert re.search(r" [<>]=? \d+$", expression), "it compares with a number"
    grouping = re.search(r"by \(([\w, ]+)\)", expression)
    labels = {name.strip() for name in grouping.group(1).split(",")} if grouping else set[str]()
    words = set(re.findall(r"\b[a-z]\w+\b", re.sub(r"\[\w+\]", "", expression))) - labels - _WORDS_OF_PROMQL
    (metric,) = words
    assert labels <= set(known_metrics()[metric])
    shown = set(re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"]))
    assert shown <= labels


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_prometheus_takes_the_rules(file: Path) -> None:
    done = subprocess.run(["promtool", "check", "rules", str(file)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
