"""No collection is forgotten: each stands in its service's table of personal data, or here with the reason why it does not."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from chassis.privacy.keeping import MongoKeeper
from contracts.catalogue import SERVICES
from contracts.privacy.queries import OWING

ROOT = Path(__file__).parents[2]

# Ids, amounts and moments alone, or nothing of people. What of it names somebody is the id that is left of them.
NOTHING_PERSONAL = {
    "identity": {
        "system_settings": "configuration",
        "file_removals": "keys of objects, and whose they were until they are gone",
        "deletions": "the certificates: ids and counts",
        "referral_turns": "one empty row",
    },
    "payments": {
        "books": "chains of hashes",
        "journals": "ids and amounts, kept by law",
        "webhook_events": "ids of the processor's events",
        "reconciliations": "ids and amounts of a day",
        "chargebacks": "ids and amounts, kept by law",
        "bill_chargebacks": "ids and amounts, kept by law",
        "plans": "names and prices",
        "brands": "how organisations look",
        "coupons": "codes and limits",
        "coupon_redemptions": "ids and counts",
        "documents_due": "business keys of journals",
        "number_series": "counters",
        "tallies": "sums of a month",
    },
}


def keeper(service: str) -> MongoKeeper:
    module = import_module(f"{service}.adapters.personal_data")
    nothing: Any = SimpleNamespace(database=None)
    if service == "identity":
        return module.personal_data(nothing, None, None)
    if service == "challenges":
        return module.personal_data(None, None, None)
    if service == "payments":
        return module.personal_data(None, None)
    return module.personal_data(None)


def collections(service: str) -> Iterator[str]:
    """The names in the `meta` of the service's documents."""
    for path in (ROOT / "services" / service / "src" / service / "adapters").glob("**/*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Dict):
                for key, value in zip(node.keys, node.values, strict=True):
                    if isinstance(key, ast.Constant) and key.value == "collection" and isinstance(value, ast.Constant):
                        yield str(value.value)


@pytest.mark.parametrize("service", SERVICES)
def test_every_collection_says_what_becomes_of_it(service: str) -> None:
    found = set(collections(service))
    assert found
    declared = keeper(service).collections
    excused = NOTHING_PERSONAL.get(service, {}).keys()
    assert found - declared - excused == set(), "say in adapters/personal_data.py what becomes of it, or here why it tells of nobody"
    assert excused - found == set(), "these lines speak of collections that are gone"


@pytest.mark.parametrize("service", SERVICES)
def test_the_written_rules_name_every_collection(service: str) -> None:
    text = (ROOT / "docs" / "security" / "retention.md").read_text()
    subjects = {"solvers": "profiles", "matches": "matches", "contacts": "contact", "preferences": "preferences", "unread_counts": "list"}
    missing = [name for name in keeper(service).collections if subjects.get(name, name).split("_")[0].rstrip("s") not in text]
    assert missing == []


def test_whoever_may_owe_something_is_asked() -> None:
    assert {service for service in SERVICES if keeper(service).may_owe} <= set(OWING)


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_answers_for_personal_data(service: str) -> None:
    names = {each.name for each in import_module(f"{service}.service").SERVICES}
    assert f"{service}.privacy" in names
