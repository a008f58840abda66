"""What challenges keeps, as the fake and as MongoDB; and the service as a process, with people who call it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pymongo
import pytest
from challenges_callers import NewPerson, Outbox, Rows, Someone
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
from chassis.mongo import Store
from chassis.rpc_client import RpcClient
from local_platform.databases import OpenStore
from local_platform.pytest_plugin import RunningService, RunService
from local_platform.tokens import TestTokens


@pytest.fixture
def store(open_store: OpenStore) -> Store:
    return open_store(migrations, START)


@pytest.fixture(params=["fake", "mongo"])
def storage(request: pytest.FixtureRequest) -> Storage:
    if request.param == "fake":
        fake = FakeDatabase()
        return Storage(fake.begin, fake)
    store: Store = request.getfixturevalue("store")
    reads = Reads(MongoChallenges(), MongoApplications(), MongoSubmissions(), MongoReviews())
    return Storage(lambda: ChallengesUnitOfWork(store), reads)


@pytest.fixture
def service(run_service: RunService) -> RunningService:
    return run_service("challenges")


@pytest.fixture
def someone(service: RunningService, rpc: RpcClient, tokens: TestTokens) -> NewPerson:
    return lambda *roles, **more: Someone(rpc, tokens, *(roles or ("solver",)), **more)


@pytest.fixture
def challenger(someone: NewPerson) -> Someone:
    return someone("challenger")


@pytest.fixture
def outbox(service: RunningService, mongo_url: str) -> Iterator[Outbox]:
    """The events of one subject, in their order; checks that their sequence has no gap."""
    with pymongo.MongoClient[dict[str, Any]](mongo_url) as client:

        def events(subject: str) -> Rows:
            rows = sorted(client[service.database].outbox.find({"subject": subject}), key=lambda row: int(row["sequence"]))
            assert [row["sequence"] for row in rows] == list(range(1, len(rows) + 1))
            return rows

        yield events
