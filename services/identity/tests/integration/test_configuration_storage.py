"""How settings and flags are kept: the fake and MongoDB pass one suite."""

from __future__ import annotations

import pytest

from chassis.documents import StaleVersion
from contracts.identity.flags import FEATURES, Feature
from contracts.identity.roles import Role
from identity.domain.configuration import Flag, Setting

FLAG = Flag("new_search", 1, "Search anew.", True, 20, (Role.EXPERT,), ("user_1",))


def test_a_setting_is_its_default_until_it_is_changed(storage):
    with storage.unit_of_work() as work:
        assert work.configuration.setting("registration.open") == Setting("registration.open", True)
        work.configuration.keep_setting(Setting("registration.open", False, 1))
    with storage.unit_of_work() as work:
        assert work.configuration.setting("registration.open") == Setting("registration.open", False, 1)
        assert {one.name: one.version for one in work.configuration.settings()}["registration.open"] == 1
        work.configuration.keep_setting(Setting("registration.open", True, 2))
    with pytest.raises(StaleVersion), storage.unit_of_work() as work:
        work.configuration.keep_setting(Setting("registration.open", False, 2))


def test_a_flag_comes_back_as_it_was(storage):
    with storage.unit_of_work() as work:
        assert work.configuration.flag("new_search") is None
        work.configuration.keep_flag(FLAG)
    with storage.unit_of_work() as work:
        assert work.configuration.flag("new_search") == FLAG
        assert [flag for flag in work.configuration.flags() if flag.version] == [FLAG]
        assert {flag.name for flag in work.configuration.flags() if not flag.version} == set(FEATURES)
        assert work.configuration.flag(Feature.TIPS) == Flag.initial(Feature.TIPS)
    with pytest.raises(StaleVersion), storage.unit_of_work() as work:
        work.configuration.keep_flag(FLAG)
