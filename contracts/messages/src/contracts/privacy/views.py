"""What is shown of a person's data, and of what stands in the way of erasing it."""

from pydantic import JsonValue

from contracts.base import View


class ObligationView(View):
    """What is still owed by or to a person. `kind` is a word such as held_escrow; `subject` the id of what it is about."""

    kind: str
    subject: str
    detail: str


class ObligationsView(View):
    items: tuple[ObligationView, ...]


class PersonalRecordView(View):
    """One thing that a service keeps of a person: `kind` names the collection."""

    kind: str
    id: str
    data: dict[str, JsonValue]


class PersonalDataView(View):
    """A page of them, at most 100; `next_cursor` is null on the last one."""

    items: tuple[PersonalRecordView, ...]
    next_cursor: str | None = None


class PersonKeyView(View):
    """The key that a person's fields in events are encrypted with, wrapped in the platform's master key; null once it is destroyed."""

    wrapped: str | None
