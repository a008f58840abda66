"""Events as they were once published, read by today's code: a consumer must understand every version that was ever released.

A golden file is added with a new event or version and never changed.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from contracts import catalogue
from contracts.base import Event

GOLDEN = Path(__file__).parent / "golden"
EVENTS = {event.type(): event for event in catalogue.events()}


def golden(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text()))


def of_what_was_said(now: Any, then: Any) -> Any:
    """Without the fields that have come since, at any depth: an event may carry a whole view."""
    if isinstance(now, dict) and isinstance(then, dict):
        return {name: of_what_was_said(value, then[name]) for name, value in now.items() if name in then}
    if isinstance(now, list) and isinstance(then, list) and len(now) == len(then):
        return [of_what_was_said(*pair) for pair in zip(now, then, strict=True)]
    return now


def test_every_event_has_a_golden_file() -> None:
    assert EVENTS.keys() <= {path.stem for path in GOLDEN.glob("*.json")}


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.json")), ids=lambda path: path.stem)
def test_todays_consumers_understand_what_was_published(path: Path) -> None:
    published = golden(path)
    event: type[Event] = EVENTS[published["headers"]["type"]]
    understood = event.received(published["body"])
    assert understood.subject == published["headers"]["subject"]
    said_again = json.loads(understood.model_dump_json())
    assert of_what_was_said(said_again, published["body"]) == published["body"], "nothing that was said got lost or changed"


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.json")), ids=lambda path: path.stem)
def test_yesterdays_consumers_understand_what_gains_a_field(path: Path) -> None:
    published = golden(path)
    event = EVENTS[published["headers"]["type"]]
    assert event.received({**published["body"], "a_field_of_tomorrow": {"nested": True}}) == event.received(published["body"])
