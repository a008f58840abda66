"""What may be done with a service's dead letters."""

from typing import ClassVar

from contracts.admin.queries import DEAD_LETTERS, QueueName
from contracts.admin.views import DeadLetterView, ReplayView
from contracts.base import Command, ShortText
from contracts.ids import DeadLetterId


class ReplayDeadLetter(Command[ReplayView]):
    """Hand a letter to its handler again, and with it every waiting letter of the same handler and aggregate, in order.

    A letter that does not wait is left alone, so that replaying twice is replaying once.
    """

    service: ClassVar[str] = DEAD_LETTERS
    letter_id: DeadLetterId
    reason: ShortText | None = None


class ReplayDeadLetters(Command[ReplayView]):
    """Replay what waits in a queue, at most 500 letters at a time, those of one aggregate in order."""

    service: ClassVar[str] = DEAD_LETTERS
    queue: QueueName
    reason: ShortText | None = None


class DiscardDeadLetter(Command[DeadLetterView]):
    """Give a letter up: it is not handled any more, the letters behind it are not held up by it."""

    service: ClassVar[str] = DEAD_LETTERS
    letter_id: DeadLetterId
    reason: ShortText
