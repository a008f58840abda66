"""A process dies while a person's files are taken away: they are on the list by then, and whoever goes on ends it."""

from __future__ import annotations

import pytest
from test_personal_storage import ADA, MASTER, NOW, SHOWCASE, UPLOAD, account

from chassis.mongo import Store
from chassis.retry import NotYet
from identity.adapters.person_keys import MongoPersonKeys
from identity.adapters.personal_data import personal_data
from identity.adapters.unit_of_work import IdentityUnitOfWork
from local_platform.crashing import dying_at


def test_files_that_were_doomed_go_and_their_person_after_them(store: Store) -> None:
    keys = MongoPersonKeys(store.database, MASTER)
    with IdentityUnitOfWork(store, keys) as work:
        work.accounts.add(account())
        work.showcases.save(SHOWCASE)
        work.uploads.add(UPLOAD)
    with dying_at("erasing.files_doomed"):
        personal_data(store, keys, lambda: NOW).erase(ADA)
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
