"""A service's copy of settings and flags: defaults, order, replicas."""

from __future__ import annotations

import pytest

from chassis.configuration import PlatformConfiguration
from chassis.mongo import Store
from contracts.identity.events import FlagSet, SettingChanged
from contracts.identity.flags import Feature
from contracts.identity.roles import Role


@pytest.fixture
def replica(store: Store):
    """A replica that reads anew at each question."""
    return lambda: PlatformConfiguration(store.database, monotonic=iter(range(0, 1_000_000, 10)).__next__)


def test_what_is_not_known_has_the_readers_default(replica) -> None:
    known = replica()
    assert known.setting("publishing", default=True) is True
    assert known.setting("note", default="none") == "none"
    assert known.flag("new_search", "user_1", frozenset(Role)) is False
    assert known.flag(Feature.TIPS, "user_1", frozenset()) is True, "a feature that is there is on until somebody says otherwise"
    known.note_setting(SettingChanged(name="publishing", value="yes", revision=1))
    assert known.setting("publishing", default=True) is True, "a value of another type is none"


def test_the_newest_counts_in_whatever_order_it_is_heard(replica) -> None:
    one, other = replica(), replica()
    one.note_setting(SettingChanged(name="publishing", value=False, revision=2))
    one.note_setting(SettingChanged(name="publishing", value=True, revision=1))
    one.note_setting(SettingChanged(name="publishing", value=False, revision=2))
    assert one.setting("publishing", default=True) is False
    assert other.setting("publishing", default=True) is False
    other.note_setting(SettingChanged(name="publishing", value=True, revision=3))
    assert one.setting("publishing", default=False) is True


def test_a_flag_is_on_for_whom_it_says(replica) -> None:
    known = replica()
    known.note_flag(FlagSet(name="new_search", enabled=True, percentage=0, roles=(Role.EXPERT,), user_ids=(), revision=1))
    assert known.flag("new_search", "user_1", {Role.EXPERT})
    assert not known.flag("new_search", "user_1", {Role.SOLVER})
    known.note_flag(FlagSet(name=Feature.TIPS, enabled=False, percentage=100, roles=(), user_ids=(), revision=1))
    assert not known.flag(Feature.TIPS, "user_1", frozenset(Role))
    known.note_flag(FlagSet(name="new_search", enabled=False, percentage=100, roles=(), user_ids=(), revision=2))
    assert not known.flag("new_search", "user_1", {Role.EXPERT})


def test_what_was_read_is_kept_for_two_seconds(store: Store) -> None:
    at = 0.0
    reader, writer = PlatformConfiguration(store.database, lambda: at), PlatformConfiguration(store.database)
    assert reader.setting("publishing", default=True) is True
    writer.note_setting(SettingChanged(name="publishing", value=False, revision=1))
    assert reader.setting("publishing", default=True) is True
    at = 2.0
    assert reader.setting("publishing", default=True) is False
