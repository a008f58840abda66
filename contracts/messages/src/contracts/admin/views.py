"""What is shown of dead letters."""

from enum import StrEnum

from contracts.base import UtcDatetime, View
from contracts.ids import DeadLetterId
from contracts.paging import Page


class LetterStatus(StrEnum):
    WAITING = "waiting"
    REPLAYING = "replaying"
    REPLAYED = "replayed"
    DISCARDED = "discarded"


class DeadLetterView(View):
    """An event that its handler could not handle. `attempts` are those since it was last replayed, `replays` how often it was."""

    id: DeadLetterId
    service: str
    queue: str
    event_id: str
    event_type: str
    subject: str
    sequence: int | None
    status: LetterStatus
    error: str
    trace_id: str | None
    attempts: int
    replays: int
    first_failed_at: UtcDatetime
    last_failed_at: UtcDatetime


class DeadLetterListView(Page[DeadLetterView]):
    """`degraded` names the services that did not answer: their letters are missing here."""

    degraded: tuple[str, ...] = ()


class DeadLetterDetailView(DeadLetterView):
    """With the message as it came. In an event that holds a credential every value but its subject is masked."""

    traceback: str | None
    headers: dict[str, str]
    body: str
    reason: str | None


class ReplayView(View):
    """The letters that go back to their handler, in this order; `more` when others of the queue are left for another request."""

    replayed: tuple[DeadLetterId, ...]
    more: bool
