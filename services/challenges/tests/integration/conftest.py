"""What challenges keeps, as the fake and as MongoDB: both pass one suite."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from challenges_fakes import FakeDatabase
from challenges_market import START
from challenges_samples import Storage

from challenges import migrations
from challenges.adapters.applications import MongoApplications
from challenges.adapters.challenges import MongoChallenges
from challenges.adapters.reviews import MongoReviews
from challenges.adapters.submissions import MongoSubmissions
from challenges.adapters.unit_of_work import ChallengesUnitOfWork
from challenges.wiring import Reads
from chassis import migrate
from chassis.clock import FixedClock
from chassis.ids import new_id
from chassis.mongo import Store


@dataclass(frozen=True)
class Database:
    """What a store is opened with."""

    mongo_url: str
    mongo_database: str


@pytest.fixture
def store(mongo_url: str, database_name: str) -> Iterator[Store]:
    clock = FixedClock(START)
    opened = Store.open(Database(mongo_url, database_name), clock, new_id)
    migrate.run(opened.database, migrations, clock)
    yield opened
    opened.close()


@pytest.fixture(params=["fake", "mongo"])
def storage(request: pytest.FixtureRequest) -> Storage:
    if request.param == "fake":
        fake = FakeDatabase()
        return Storage(fake.begin, fake)
    store: Store = request.getfixturevalue("store")
    reads = Reads(MongoChallenges(), MongoApplications(), MongoSubmissions(), MongoReviews())
    return Storage(lambda: ChallengesUnitOfWork(store), reads)
