"""From the domain to what others see."""

from contracts.notifications.views import Channel, NotificationCategory, NotificationView, PreferencesView, PreferenceView
from notifications.domain.notification import Notification
from notifications.domain.preferences import Preferences


def notification_view(notification: Notification) -> NotificationView:
    return NotificationView(
        id=notification.id,
        user_id=notification.user_id,
        category=notification.category,
        kind=notification.kind,
        title=notification.title,
        body=notification.body,
        link=notification.link,
        read_at=notification.read_at,
        created_at=notification.created_at,
    )


def preferences_view(preferences: Preferences) -> PreferencesView:
    """Every category with the channels in force, in the order of the contract."""
    rows = tuple(
        PreferenceView(category=category, channels=tuple(channel for channel in Channel if channel in preferences.channels(category)))
        for category in NotificationCategory
    )
    return PreferencesView(user_id=preferences.user_id, version=preferences.version, preferences=rows)
