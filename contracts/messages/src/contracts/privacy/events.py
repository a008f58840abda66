"""Facts of erasing people's data, published by each service for itself."""

from typing import ClassVar

from contracts.base import Event, UtcDatetime
from contracts.ids import DeletionId, UserId


class PersonDataErased(Event):
    """This service keeps nothing personal of somebody any more; `erased` counts, by collection, what was removed or made pseudonymous."""

    source: ClassVar[str] = "privacy"
    subject_field: ClassVar[str] = "deletion_id"
    deletion_id: DeletionId
    user_id: UserId
    service: str
    erased: dict[str, int]
    erased_at: UtcDatetime
