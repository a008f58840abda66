"""The messages of the tiny service."""

from __future__ import annotations

from typing import ClassVar

from pydantic import PositiveInt

from contracts.base import Command, Done, Event, Query, View


class GreetingView(View):
    text: str
    by: str = "nobody"


class Greet(Query[GreetingView]):
    service: ClassVar[str] = "greeter"

    name: str
    times: PositiveInt = 1


class WhoAmI(Query[GreetingView]):
    service: ClassVar[str] = "greeter"


class Refuse(Command[Done]):
    service: ClassVar[str] = "greeter"


class BreakDown(Command[Done]):
    service: ClassVar[str] = "greeter"


class Work(Command[Done]):
    """Writes that it has begun, works for a while, writes that it has ended."""

    service: ClassVar[str] = "greeter"

    name: str
    seconds: float


class Block(Command[Done]):
    """Holds up the whole process, as code does that does not know of the event hub."""

    service: ClassVar[str] = "greeter"

    seconds: float


class Record(Command[GreetingView]):
    """Writes a greeting and its event in one transaction; the event's handler fails so many times."""

    service: ClassVar[str] = "greeter"

    name: str
    fails: int = 0


class Count(Query[GreetingView]):
    """Of the service class `greeter_log`, in the same process."""

    service: ClassVar[str] = "greeter_log"

    name: str


class Greeted(Event):
    source: ClassVar[str] = "greeter"
    subject_field: ClassVar[str] = "name"

    name: str
    fails: int = 0  # so many times its handler fails
    takes_s: float = 0.0  # so long its handler takes


class Missed(Event):
    source: ClassVar[str] = "greeter"
    subject_field: ClassVar[str] = "name"

    name: str
