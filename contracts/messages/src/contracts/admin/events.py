"""Facts of running the platform, published by whichever service an administrator acted on."""

from typing import ClassVar

from contracts.base import Event, UtcDatetime
from contracts.ids import ActionId, UserId


class ActionTaken(Event):
    """An administrator did something: who, what, to what, why, when. The service keeps the same record, which nothing changes.

    `action` is a dotted word such as `dead_letters.replayed`; `target` is the id of what it was done to.
    """

    source: ClassVar[str] = "admin"
    subject_field: ClassVar[str] = "action_id"
    action_id: ActionId
    service: str
    action: str
    target: str
    reason: str | None
    actor_id: UserId
    request_id: str
    taken_at: UtcDatetime
