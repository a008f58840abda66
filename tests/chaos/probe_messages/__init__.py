"""What the two probe services say to each other: facts about aggregates, in two kinds."""

from __future__ import annotations

from typing import ClassVar

from contracts.base import Command, Event, Message, View


class Fact(Message):
    """One thing to record. `outside`: its effect is one at a vendor's; `poison`: its handler fails, always."""

    id: str
    outside: bool = False
    poison: bool = False


class Recorded(View):
    aggregate_id: str
    facts: int


class RecordFacts(Command[Recorded]):
    """Record these facts of one aggregate together, and tell of each. `ordered`: who hears of them applies them by sequence."""

    service: ClassVar[str] = "probe_source"

    aggregate_id: str
    ordered: bool
    facts: tuple[Fact, ...]


class _Recorded(Event):
    source: ClassVar[str] = "probe_source"
    subject_field: ClassVar[str] = "aggregate_id"

    aggregate_id: str
    fact: Fact


class OrderedFactRecorded(_Recorded):
    """Applied by sequence."""


class CountedFactRecorded(_Recorded):
    """Applied as it comes."""
