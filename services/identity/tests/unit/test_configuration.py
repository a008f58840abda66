"""System settings and feature flags: typed, audited, the same for the same person."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chassis.principal import Principal, StepUpRequired
from contracts.identity.configuration import ChangeSetting, SetFlag
from contracts.identity.events import FlagSet, SettingChanged
from contracts.identity.flags import FEATURES, Feature
from contracts.identity.roles import Role
from identity.domain.administration_errors import ConfigurationStale, NotPermitted, RegistrationClosed, SettingInvalid, SettingUnknown
from identity.domain.configuration import Flag
from identity.usecases.change_setting import ChangeSettingHandler
from identity.usecases.get_client_configuration import GetClientConfigurationHandler
from identity.usecases.list_flags import ListFlagsHandler
from identity.usecases.list_settings import ListSettingsHandler
from identity.usecases.set_flag import SetFlagHandler


@pytest.fixture
def admin(world):
    return Principal("user_1", "session", frozenset({Role.ADMIN}), True, "", world.clock.now())


@pytest.fixture
def change(world, admin):
    handler = ChangeSettingHandler(world.unit_of_work, world.new_id, world.clock.now)
    return lambda name, value, by=admin, **more: handler(ChangeSetting(name=name, value=value, reason="Because.", **more), by)


@pytest.fixture
def set_flag(world, admin):
    handler = SetFlagHandler(world.unit_of_work, world.new_id, world.clock.now)
    told = {"name": "new_search", "description": "Search anew.", "enabled": True, "reason": "Try it."}
    return lambda by=admin, **more: handler(SetFlag.model_validate({**told, **more}), by)


def shown(world, principal=None):
    with world.unit_of_work() as work:
        return GetClientConfigurationHandler(work.configuration)(principal)


def test_closed_registration_lets_nobody_register(world, ada, change):
    view = change("registration.open", False)
    assert (view.value, view.default, view.version) == (False, True, 1)
    with pytest.raises(RegistrationClosed):
        world.registered(email="bob@example.org")
    assert len(world.memory.accounts) == 1
    change("registration.open", True, expected_version=1)
    assert world.registered(email="bob@example.org")
    assert [entry.details for entry in world.memory.audit.values()] == [
        {"before": "True", "after": "False"},
        {"before": "False", "after": "True"},
    ]


def test_a_setting_has_a_name_a_type_and_a_version(world, change):
    with pytest.raises(SettingUnknown):
        change("no.such", True)
    with pytest.raises(SettingInvalid):
        change("registration.open", "yes")
    with pytest.raises(SettingInvalid):
        change("support.email", True)
    with pytest.raises(ConfigurationStale):
        change("support.email", "help@example.org", expected_version=3)
    assert world.memory.audit == {}
    assert world.events(SettingChanged) == []
    change("support.email", "help@example.org")
    assert world.events(SettingChanged) == [SettingChanged(name="support.email", value="help@example.org", revision=1)]


def test_settings_and_flags_are_for_admins_with_a_fresh_proof(world, admin, change, set_flag):
    support = Principal("user_2", "session", frozenset({Role.SUPPORT}), True, "", world.clock.now())
    for forbidden in (lambda: change("announcement", "Hi", support), lambda: set_flag(support)):
        with pytest.raises(NotPermitted):
            forbidden()
    with world.unit_of_work() as work, pytest.raises(NotPermitted):
        ListSettingsHandler(work.configuration)(support)
    world.clock.advance(timedelta(minutes=10))
    for stale in (lambda: change("announcement", "Hi"), set_flag):
        with pytest.raises(StepUpRequired):
            stale()


def test_everybody_sees_what_is_public(world, change):
    change("announcement", "Maintenance at noon.")
    change("operations.note", "The vendor is slow.")
    seen = shown(world).settings
    assert seen["announcement"] == "Maintenance at noon."
    assert "operations.note" not in seen


def test_a_flag_is_on_for_those_it_names(world, set_flag):
    set_flag(roles=["expert"], user_ids=["user_" + "0" * 26])
    expert = Principal("user_9", "s", frozenset({Role.EXPERT}), True, "")
    named = Principal("user_" + "0" * 26, "s", frozenset({Role.SOLVER}), True, "")
    other = Principal("user_8", "s", frozenset({Role.SOLVER}), True, "")
    assert [shown(world, who).flags["new_search"] for who in (expert, named, other, None)] == [True, True, False, False]
    assert [(told.name, told.enabled, told.revision) for told in world.events(FlagSet)] == [("new_search", True, 1)]
    set_flag(enabled=False, roles=["expert"], expected_version=1)
    assert shown(world, expert).flags["new_search"] is False
    with pytest.raises(ConfigurationStale):
        set_flag(expected_version=1)
    assert [entry.target for entry in world.memory.audit.values()] == ["flag:new_search"] * 2


def test_a_percentage_means_the_same_people_each_time_and_more_of_them_when_it_grows():
    def on(percentage, name="new_search"):
        flag = Flag(name, 1, "", True, percentage)
        return {n for n in range(1000) if flag.on_for(f"user_{n}", frozenset())}

    assert on(0) == set()
    assert len(on(100)) == 1000
    assert on(20) < on(50)
    assert 140 < len(on(20)) < 260
    assert on(20) != on(20, "another")


def test_features_of_the_platform_are_listed_and_on_until_they_are_switched(world, admin, set_flag):
    with world.unit_of_work() as work:
        listed = {flag.name: flag for flag in ListFlagsHandler(work.configuration)(admin).items}
    assert set(listed) == set(FEATURES)
    assert all((flag.enabled, flag.percentage, flag.version, bool(flag.description)) == (True, 100, 0, True) for flag in listed.values())
    assert shown(world).flags == dict.fromkeys(FEATURES, True)
    set_flag(name=Feature.TIPS, enabled=False)
    assert shown(world, admin).flags[Feature.TIPS] is False
    assert shown(world, admin).flags[Feature.SUBSCRIPTIONS] is True
    [entry] = world.memory.audit.values()
    assert entry.details["before"] == "on, 100 %, roles none, 0 people"
