"""What the database refuses to each of its users: every database but its own. The matrix is made from the list of services."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pymongo
import pytest
from pymongo.errors import OperationFailure

from chassis.access.broker import ADMINISTRATOR, SERVICES
from chassis.access.database import USERS, create_users
from local_platform import containers
from local_platform.guarded_servers import GuardedMongo
from local_platform.logins import with_login
from local_platform.ports import free_port

PASSWORDS = {name: f"secret-of-{name}" for name in (*USERS, ADMINISTRATOR)}
Client = pymongo.MongoClient[dict[str, Any]]


@pytest.fixture(scope="module")
def guarded_mongo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a database that knows the users; real MongoDB where tests run in containers."""
    if containers.wanted():
        with containers.guarded_mongo(ADMINISTRATOR, PASSWORDS[ADMINISTRATOR]) as url:
            with Client(with_login(url, ADMINISTRATOR, PASSWORDS[ADMINISTRATOR])) as client:
                create_users(client["admin"], PASSWORDS)
            yield url
        return
    server = GuardedMongo(tmp_path_factory.mktemp("guarded"), free_port(), PASSWORDS)
    server.start()
    yield f"mongodb://127.0.0.1:{server.port}/"
    server.stop()


@pytest.fixture(scope="module")
def filled(guarded_mongo: str) -> str:
    """Every service has written something, as itself."""
    for service in SERVICES:
        with Client(with_login(guarded_mongo, service, PASSWORDS[service])) as client:
            for collection in ("things", "outbox", "leases"):
                client[service][collection].insert_one({"pending": True})
    return guarded_mongo


def refused(attempt: Callable[[], Any]) -> bool:
    try:
        attempt()
    except OperationFailure as error:
        if error.code not in (13, 18):  # Unauthorized, AuthenticationFailed
            raise
        return True
    return False


def on_a_database_of_somebody_else(client: Client, name: str) -> dict[str, Callable[[], Any]]:
    things = client[name]["things"]
    return {
        f"read {name}": things.find_one,
        f"count {name}": lambda: things.count_documents({}),
        f"write {name}": lambda: things.insert_one({}),
        f"change {name}": lambda: things.update_one({}, {"$set": {"changed": True}}),
        f"remove from {name}": lambda: things.delete_many({}),
        f"index {name}": lambda: things.create_index("x"),
        f"empty {name}": things.drop,
        f"drop {name}": lambda: client.drop_database(name),
        f"list {name}": lambda: client[name].list_collection_names(),
        f"copy into {name}": lambda: list(client[name]["things"].aggregate([{"$match": {}}, {"$out": "other"}])),
    }


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_sees_its_own_database_alone(filled: str, service: str) -> None:
    with Client(with_login(filled, service, PASSWORDS[service])) as client:
        assert client[service]["things"].count_documents({}) == 1
        attempts: dict[str, Callable[[], Any]] = {
            "make a user": lambda: client["admin"].command("createUser", "evil", pwd="x", roles=["root"]),
            "raise itself": lambda: client["admin"].command("updateUser", service, roles=[{"role": "root", "db": "admin"}]),
            "read passwords": client["admin"]["system.users"].find_one,
            "read the log of all": client["local"]["oplog.rs"].find_one,
        }
        for other in SERVICES:
            if other != service:
                attempts |= on_a_database_of_somebody_else(client, other)
        assert [what for what, attempt in attempts.items() if not refused(attempt)] == []


@pytest.mark.parametrize("service", SERVICES)
def test_the_relay_reads_and_marks_outboxes_and_keeps_its_lease(filled: str, service: str) -> None:
    with Client(with_login(filled, "relay", PASSWORDS["relay"])) as client:
        database = client[service]
        assert database["outbox"].update_many({}, {"$set": {"sent_at": 1}}).matched_count == 1
        assert database["outbox"].distinct("pending", {"pending": {"$gt": ""}}) == []
        database["leases"].update_one({"_id": "relay"}, {"$set": {"owner": "me"}}, upsert=True)
        with database["outbox"].watch(max_await_time_ms=10) as stream:
            assert stream.try_next() is None
        assert refused(lambda: database["outbox"].delete_many({}))
        assert refused(lambda: client.drop_database(service))


@pytest.mark.skipif(not containers.wanted(), reason="the embedded server grants a collection's role on the whole database")
@pytest.mark.parametrize("service", SERVICES)
def test_the_relay_sees_nothing_but_outboxes_and_leases(filled: str, service: str) -> None:
    with Client(with_login(filled, "relay", PASSWORDS["relay"])) as client:
        assert refused(client[service]["things"].find_one)
        assert refused(lambda: client[service]["things"].insert_one({}))


@pytest.mark.parametrize(("user", "password"), [("payments", "secret-of-messaging"), ("nobody", "at all"), (None, "")])
def test_who_does_not_know_the_password_is_not_let_in(filled: str, user: str | None, password: str) -> None:
    with Client(with_login(filled, user, password) if user else filled) as client:
        assert refused(client["payments"]["things"].find_one)


def test_creating_the_users_again_changes_passwords_and_keeps_data(filled: str) -> None:
    with Client(with_login(filled, ADMINISTRATOR, PASSWORDS[ADMINISTRATOR])) as client:
        create_users(client["admin"], PASSWORDS | {"matching": "another"})
    with Client(with_login(filled, "matching", "another")) as client:
        assert client["matching"]["things"].count_documents({}) == 1
    with Client(with_login(filled, "matching", PASSWORDS["matching"])) as client:
        assert refused(client["matching"]["things"].find_one)
    with Client(with_login(filled, ADMINISTRATOR, PASSWORDS[ADMINISTRATOR])) as client:
        create_users(client["admin"], PASSWORDS)
