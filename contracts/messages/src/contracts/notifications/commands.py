"""What may be asked of notifications that changes something."""

from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from contracts.base import Command
from contracts.ids import NotificationId
from contracts.notifications.views import PreferencesView, PreferenceView, UnreadCountView


class MarkNotificationsRead(Command[UnreadCountView]):
    """Mark some or all as read; ids that are not one's own have no effect."""

    service: ClassVar[str] = "notifications"
    ids: Annotated[tuple[NotificationId, ...], Field(min_length=1, max_length=100)] | None = None
    all: bool = False

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        if (self.ids is None) == (not self.all):
            raise ValueError("name either ids or all")
        return self


class UpdatePreferences(Command[PreferencesView]):
    """Set the channels of the categories mentioned. `expected_version` (from If-Match) refuses a lost update; 0: nothing was chosen yet."""

    service: ClassVar[str] = "notifications"
    preferences: Annotated[tuple[PreferenceView, ...], Field(min_length=1, max_length=20)]
    expected_version: Annotated[int, Field(ge=0)] | None = None
