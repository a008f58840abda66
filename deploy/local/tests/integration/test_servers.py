"""The servers keep what they stored through stop and kill, and say in one line why they cannot start."""

from __future__ import annotations

import socket
from pathlib import Path

import pymongo
import pytest
import redis as redis_client

from local_platform.databases import Databases
from local_platform.errors import NotReady, PortTaken, ProgramMissing
from local_platform.ports import accepts_connections, free_port
from local_platform.processes import LocalProcess
from local_platform.rabbitmq import RabbitMQ
from local_platform.servers import Mongo, Redis


def test_mongo_keeps_data_through_kill(tmp_path: Path) -> None:
    server = Mongo(tmp_path)
    server.start()
    try:
        with pymongo.MongoClient[dict[str, int]](server.url) as client:
            with client.start_session() as session, session.start_transaction():
                client.shop.things.insert_one({"_id": 1}, session=session)
            server.kill()
            server.start()
            assert client.shop.things.find_one() == {"_id": 1}
    finally:
        server.stop()
    assert not accepts_connections(server.port)


def test_a_database_is_dropped_although_somebody_has_not_finished_changing_it(tmp_path: Path) -> None:
    server = Mongo(tmp_path)
    server.start()
    databases = Databases(server.url, patience_s=2.0)
    name = databases.fresh()
    try:
        with pymongo.MongoClient[dict[str, int]](server.url) as client, client.start_session() as killed:
            client[name].things.insert_one({"_id": 1})
            killed.start_transaction()
            client[name].things.update_one({"_id": 1}, {"$set": {"n": 1}}, session=killed)
            databases.drop_all()
            assert name not in client.list_database_names()
            client.another.things.insert_one({"_id": 1})
    finally:
        server.stop()


def test_redis_keeps_data_through_restart(tmp_path: Path) -> None:
    server = Redis(tmp_path)
    server.start()
    try:
        with redis_client.Redis.from_url(server.url) as client:
            client.set("name", "value")
        server.restart()
        with redis_client.Redis.from_url(server.url) as client:
            assert client.get("name") == b"value"
    finally:
        server.stop()


def test_rabbitmq_restarts_after_a_kill_and_leaves_nothing_running(tmp_path: Path) -> None:
    server = RabbitMQ(tmp_path)
    server.start()
    try:
        server.add_vhost("kept")
        server.kill()
        server.start()
        assert "kept" in server.control("list_vhosts").splitlines()
    finally:
        server.stop()
    assert not any(accepts_connections(port) for port in (server.port, server.distribution_port, server.mapper_port))


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(PortTaken, match=f"port {port}, needed by Redis"):
            Redis(tmp_path, port).start()


def test_a_missing_package_is_named_with_the_command_that_installs_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RabbitMQ, "scripts", tmp_path / "nowhere")
    with pytest.raises(ProgramMissing, match=r"apt-get install .*rabbitmq-server"):
        RabbitMQ(tmp_path).start()


def test_a_process_that_ends_before_it_is_ready_is_reported_with_its_last_words(tmp_path: Path) -> None:
    process = LocalProcess("sulky", ["/bin/sh", "-c", "echo no thanks; exit 3"], env={}, log=tmp_path / "log", ready=lambda: False)
    with pytest.raises(NotReady, match=r"sulky ended with status 3 .*no thanks"):
        process.start()


def test_free_ports_differ() -> None:
    assert len({free_port() for _ in range(50)}) == 50
