"""What may be asked of a service's dead letters. Every service answers for its own: `<service>.dead_letters`."""

from typing import Annotated, ClassVar

from pydantic import StringConstraints

from contracts.admin.views import DeadLetterDetailView, DeadLetterListView, LetterStatus
from contracts.base import Query
from contracts.ids import DeadLetterId
from contracts.paging import DEFAULT_LIMIT, Cursor, Limit

DEAD_LETTERS = "dead_letters"
QueueName = Annotated[str, StringConstraints(pattern=r"^[a-z_]+(\.[a-z_]+)*\.on_[a-z0-9_]+$", max_length=200)]


class ListDeadLetters(Query[DeadLetterListView]):
    """The oldest first."""

    service: ClassVar[str] = DEAD_LETTERS
    queue: QueueName | None = None
    status: LetterStatus = LetterStatus.WAITING
    cursor: Cursor | None = None
    limit: Limit = DEFAULT_LIMIT


class GetDeadLetter(Query[DeadLetterDetailView]):
    service: ClassVar[str] = DEAD_LETTERS
    letter_id: DeadLetterId
