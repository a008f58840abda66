"""By which channels a person wants to hear of what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from contracts.notifications.views import Channel, NotificationCategory
from notifications.domain.errors import PreferencesStale

_EVERYWHERE = frozenset({Channel.IN_APP, Channel.EMAIL})
DEFAULTS: Mapping[NotificationCategory, frozenset[Channel]] = {
    NotificationCategory.ACCOUNT: _EVERYWHERE,
    NotificationCategory.APPLICATIONS: _EVERYWHERE,
    NotificationCategory.WORK: _EVERYWHERE,
    NotificationCategory.MONEY: _EVERYWHERE,
    NotificationCategory.REVIEWS: _EVERYWHERE,
    NotificationCategory.MESSAGES: frozenset({Channel.IN_APP}),
    NotificationCategory.MATCHES: frozenset({Channel.IN_APP}),
}


@dataclass(frozen=True, slots=True)
class Preferences:
    """A person's choices; what they did not choose follows the defaults. Version 0 is not stored yet."""

    user_id: str
    version: int = 0
    chosen: Mapping[NotificationCategory, frozenset[Channel]] = field(default_factory=dict)

    def channels(self, category: NotificationCategory) -> frozenset[Channel]:
        """The channels for a category. Account matters (security, verification) ignore opt-out."""
        if category is NotificationCategory.ACCOUNT:
            return _EVERYWHERE
        return self.chosen.get(category, DEFAULTS[category])

    def expect(self, version: int | None) -> None:
        """Raises:
        PreferencesStale: they are no longer at the version that the caller saw.
        """
        if version not in (None, self.version):
            raise PreferencesStale

    def choose(self, choices: Iterable[tuple[NotificationCategory, Iterable[Channel]]]) -> Preferences:
        mentioned = {category: frozenset(channels) for category, channels in choices}
        return replace(self, chosen={**self.chosen, **mentioned})
