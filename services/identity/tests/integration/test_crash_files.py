"""A process dies while a person's files are taken away: they are on the list by then, and whoever goes on ends it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NoReturn

import pytest
from test_personal_storage import ADA, MASTER, NOW, SHOWCASE, UPLOAD, account

from chassis import crash_points
from chassis.mongo import Store
from chassis.retry import NotYet
from identity.adapters.person_keys import MongoPersonKeys
from identity.adapters.personal_data import personal_data
from identity.adapters.unit_of_work import IdentityUnitOfWork


class Dead(BaseException):
    """Nothing catches it, as nothing catches the end of a process."""


def _die() -> NoReturn:
    raise Dead


@pytest.fixture(autouse=True)
def _disarmed() -> Iterator[None]:
    yield
    crash_points.arm(None)


def test_files_that_were_doomed_go_and_their_person_after_them(store: Store) -> None:
    keys = MongoPersonKeys(store.database, MASTER)
    with IdentityUnitOfWork(store, keys) as work:
        work.accounts.add(account())
        work.showcases.save(SHOWCASE)
        work.uploads.add(UPLOAD)
    crash_points.arm("erasing.files_doomed", _die)
    with pytest.raises(Dead):
        personal_data(store, keys, lambda: NOW).erase(ADA)
    crash_points.arm(None)
    after = personal_data(store, keys, lambda: NOW)
    with pytest.raises(NotYet):
        after.erase(ADA)
    with IdentityUnitOfWork(store, keys) as work:
        assert work.accounts.get(ADA), "the account goes after the files"
        waiting = work.removals.waiting(10)
        assert sorted(waiting) == sorted(["private/1", UPLOAD.incoming_key, UPLOAD.result_key])
        for object_key in waiting:
            work.removals.done(object_key)
    assert after.erase(ADA) == {"accounts": 1}
    assert after.erase(ADA) == {}
