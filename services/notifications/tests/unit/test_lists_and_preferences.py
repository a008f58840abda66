"""A person's list and choices."""

import pytest
from notifications_fakes import FakeUnitOfWork, contact, some_id

from contracts.notifications.commands import MarkNotificationsRead, UpdatePreferences
from contracts.notifications.queries import GetPreferences, ListNotifications
from contracts.notifications.views import Channel, NotificationCategory, PreferenceView
from notifications.domain.errors import PreferencesStale
from notifications.domain.facts import Fact
from notifications.usecases.get_preferences import GetPreferencesHandler
from notifications.usecases.list_notifications import ListNotificationsHandler
from notifications.usecases.mark_notifications_read import MarkNotificationsReadHandler
from notifications.usecases.tell import TellHandler
from notifications.usecases.update_preferences import UpdatePreferencesHandler


@pytest.fixture
def three_told(work: FakeUnitOfWork, catalogue, new_id, clock) -> list[str]:
    tell = TellHandler(lambda: work, catalogue, new_id, clock.now)
    for number in (1, 2):
        work.contacts.add(contact(number))
    for number, recipient in enumerate((1, 1, 2)):
        words = {"challenge": f"Challenge {number}"}
        tell([Fact(some_id("user", recipient), NotificationCategory.MATCHES, "challenge_matched", words)], f"event_{number}")
    return list(work.notifications.rows)


def test_one_sees_ones_own_newest_first(three_told, work: FakeUnitOfWork, principal) -> None:
    page = ListNotificationsHandler(work.notifications)(ListNotifications(), principal)
    assert [row.id for row in page.items] == [three_told[1], three_told[0]]
    assert page.unread_count == 2


def test_marking_read_counts_down_and_others_are_untouched(three_told, work: FakeUnitOfWork, principal, clock) -> None:
    mark_read = MarkNotificationsReadHandler(lambda: work, clock.now)
    assert mark_read(MarkNotificationsRead(ids=(three_told[0], three_told[2])), principal).unread_count == 1
    assert work.notifications.rows[three_told[2]].read_at is None
    assert mark_read(MarkNotificationsRead(ids=(three_told[0],)), principal).unread_count == 1
    assert mark_read(MarkNotificationsRead(all=True), principal).unread_count == 0
    assert [event.unread_count for event in work.events[-3:]] == [1, 1, 0]


def test_a_choice_keeps_the_other_categories(work: FakeUnitOfWork, principal) -> None:
    update = UpdatePreferencesHandler(lambda: work)
    update(UpdatePreferences(preferences=(PreferenceView(category=NotificationCategory.MONEY, channels=()),)), principal)
    chosen = PreferenceView(category=NotificationCategory.MATCHES, channels=(Channel.EMAIL,))
    update(UpdatePreferences(preferences=(chosen,)), principal)
    view = GetPreferencesHandler(work.preferences)(GetPreferences(), principal)
    channels = {row.category: row.channels for row in view.preferences}
    assert channels[NotificationCategory.MONEY] == ()
    assert channels[NotificationCategory.MATCHES] == (Channel.EMAIL,)
    assert channels[NotificationCategory.WORK] == (Channel.IN_APP, Channel.EMAIL)
    assert channels[NotificationCategory.ACCOUNT] == (Channel.IN_APP, Channel.EMAIL)
    assert view.version == 2


def test_a_choice_made_on_an_older_version_is_refused(work: FakeUnitOfWork, principal) -> None:
    update = UpdatePreferencesHandler(lambda: work)

    def choose(*channels: Channel, expected: int | None) -> int:
        row = PreferenceView(category=NotificationCategory.MONEY, channels=channels)
        return update(UpdatePreferences(preferences=(row,), expected_version=expected), principal).version

    with pytest.raises(PreferencesStale):
        choose(expected=1)
    assert choose(expected=0) == 1, "version 0 is that of nobody's choice"
    with pytest.raises(PreferencesStale):
        choose(Channel.EMAIL, expected=0)
    assert work.preferences.of(principal.user_id).channels(NotificationCategory.MONEY) == frozenset()
    assert choose(Channel.EMAIL, expected=1) == 2
    assert choose(expected=None) == 3
