"""A process dies while what a leaving person has open is closed: the rest is closed by whoever goes on, nothing a second time."""

from __future__ import annotations

from collections import Counter

import pytest

from challenges.adapters.personal_data import personal_data
from chassis.ids import new_id
from chassis.mongo import Store
from chassis.privacy.keeping import ERASED, MongoKeeper
from local_platform.crashing import dying_at

ADA = new_id("user")
POINTS = [f"{point}:{time}" for point in ("erasing.challenge_cancelled", "erasing.application_withdrawn") for time in (1, 2)]


@pytest.mark.parametrize("point", POINTS)
def test_what_was_open_is_closed_once_each(store: Store, point: str) -> None:
    closed: Counter[str] = Counter()
    challenges, applications = store.database.challenges, store.database.applications
    for number in range(2):
        text = {"description": "words", "title": "words", "skills": [], "tags": [], "invited_user_ids": [], "party_ids": [ADA]}
        challenges.insert_one(
            {"_id": f"c{number}", "version": 1, "challenger_id": ADA, "status": "open", "accepted_application_id": None, **text}
        )
        applications.insert_one(
            {"_id": f"a{number}", "version": 1, "applicant_id": ADA, "challenge_id": f"x{number}", "status": "pending", "proposal": "words"}
        )

    def cancel(challenge_id: str, _user_id: str) -> None:
        closed[challenge_id] += 1
        challenges.update_one({"_id": challenge_id}, {"$set": {"status": "cancelled"}})

    def withdraw(application_id: str, _user_id: str) -> None:
        closed[application_id] += 1
        applications.update_one({"_id": application_id}, {"$set": {"status": "withdrawn"}})

    def keeper() -> MongoKeeper:
        return personal_data(store.database, cancel, withdraw)

    with dying_at(point):
        keeper().erase(ADA)
    keeper().erase(ADA)
    assert closed == {"c0": 1, "c1": 1, "a0": 1, "a1": 1}
    assert {row["description"] for row in challenges.find({})} == {ERASED}
    assert {row["proposal"] for row in applications.find({})} == {ERASED}
    assert keeper().erase(ADA) == {}
