"""A rolling upgrade: messages of every released version are read by today's code, and today's by who knows that version alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from released_messages import Released, all_released, samples_of

from contracts import catalogue, schemas
from contracts.base import Event, Request

EVENTS: dict[str, type[Event]] = {event.type(): event for event in catalogue.events()}
REQUESTS: dict[tuple[str, str], type[Request[Any]]] = {(request.service, request.method()): request for request in catalogue.requests()}
RELEASED = all_released()
GOLDEN = Path(__file__).parent / "golden"


def named(released: Released) -> str:
    return f"{released.version}/{Path(released.name).stem}"


of_events = pytest.mark.parametrize("released", [one for one in RELEASED if one.is_event], ids=named)
of_requests = pytest.mark.parametrize("released", [one for one in RELEASED if not one.is_event], ids=named)


@of_events
def test_todays_consumers_understand_what_was_published(released: Released) -> None:
    for published in released.samples():
        understood = EVENTS[released.event_type].received(published).model_dump(mode="json")
        assert _kept(published, understood), "nothing that was said got lost"


@of_requests
def test_todays_services_understand_what_was_asked(released: Released) -> None:
    asked = released.samples()
    assert asked
    for request in asked:
        understood = REQUESTS[released.method].received(request).model_dump(mode="json", exclude_unset=True)
        assert _kept(request, understood), "nothing that was said got lost"


@of_events
def test_yesterdays_consumers_understand_what_is_published_today(released: Released) -> None:
    event = EVENTS[released.event_type]
    published = samples_of(schemas.event_schema(event))
    assert released.not_understood(event.received(one).model_dump(mode="json") for one in published) == []


@of_events
def test_yesterdays_consumers_understand_the_golden_events(released: Released) -> None:
    golden = json.loads((GOLDEN / f"{released.event_type}.json").read_text())
    assert released.not_understood([EVENTS[released.event_type].received(golden["body"]).model_dump(mode="json")]) == []


@of_requests
def test_yesterdays_callers_understand_what_is_answered_today(released: Released) -> None:
    view = REQUESTS[released.method].answer
    answered = samples_of(view.model_json_schema(mode="serialization"))
    assert released.not_understood(view.received(one).model_dump(mode="json") for one in answered) == []


def test_a_release_is_whole() -> None:
    """Nobody took a message out of a frozen version by hand: its list of events names them all."""
    for version in schemas.released():
        listed = json.loads((schemas.RELEASED / version / "asyncapi.json").read_text())["components"]["messages"]
        assert {one.event_type for one in RELEASED if one.version == version and one.is_event} == listed.keys()


def _kept(said: Any, understood: Any) -> bool:
    """Whether all that was said is there; more may be, and a moment or an address may be written otherwise."""
    if isinstance(said, dict):
        return all(name in understood and _kept(value, understood[name]) for name, value in said.items())
    if isinstance(said, list):
        return len(said) == len(understood) and all(map(_kept, said, understood))
    return isinstance(said, str) or said == understood
