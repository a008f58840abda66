"""Commit, relay, broker, handler: the processes that carry an event, and what goes through them."""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pymongo
from greeter.messages import Greeted

from chassis import migrate
from chassis.clock import SystemClock
from chassis.ids import new_id
from chassis.mongo import MongoUnitOfWork, Store
from local_platform import launch
from local_platform.environment import relay_databases
from local_platform.ports import free_port
from local_platform.processes import LocalProcess
from local_platform.rabbitmq import RabbitMQ
from local_platform.servers import Mongo
from local_platform.tokens import TestTokens

DATABASE = "greeter"


@dataclass(frozen=True)
class _Place:
    mongo_url: str
    mongo_database: str = DATABASE


@dataclass
class Pipeline:
    """Servers of its own, two relays of which one stands by, and the chassis' tiny service, whose handler keeps what it was told."""

    folder: Path
    broker: RabbitMQ = field(init=False)
    mongo: Mongo = field(init=False)
    relays: list[LocalProcess] = field(init=False)
    service: LocalProcess = field(init=False)
    store: Store = field(init=False)

    def start(self) -> None:
        """Servers, service and queues; the relays are started by whoever needs them."""
        self.broker, self.mongo = RabbitMQ(self.folder / "rabbitmq"), Mongo(self.folder / "mongo")
        self.broker.launch()
        self.mongo.start()
        self.broker.wait_ready()
        env = {
            "GREETER_AMQP_URL": self.broker.url,
            "GREETER_MONGO_URL": self.mongo.url,
            "GREETER_MONGO_DATABASE": DATABASE,
            "GREETER_PRINCIPAL_JWKS": TestTokens().jwks,
            "GREETER_LOG_LEVEL": "WARNING",
            "PYTHONPATH": os.pathsep.join(sys.path),
        }
        self.service = launch.service("greeter", env=env, log=self.folder / "greeter.log", health_port=free_port())
        self.service.start()
        settings = {"RELAY_AMQP_URL": self.broker.url, "RELAY_DATABASES": relay_databases(self.mongo.url, {DATABASE: DATABASE})}
        self.relays = [launch.relay(env=settings, log=self.folder / f"relay-{number}.log", health_port=free_port()) for number in range(2)]
        self.store = Store.open(_Place(self.mongo.url), SystemClock(), new_id)
        import greeter.migrations as migrations

        migrate.run(self.store.database, migrations, SystemClock())

    def stop(self) -> None:
        for process in (*self.relays, self.service):
            process.stop()
        self.store.close()
        self.mongo.stop()
        self.broker.stop()

    def commit(self, subjects: list[str]) -> None:
        """One transaction with an event of each subject."""
        with MongoUnitOfWork(self.store) as work:
            for subject in subjects:
                work.emit(Greeted(name=subject))

    def try_to_commit(self, subject: str) -> bool:
        try:
            self.commit([subject])
        except (pymongo.errors.PyMongoError, OSError):
            return False
        return True

    def pending(self) -> int:
        return self.store.database["outbox"].count_documents({"pending": True})

    def handled(self) -> int:
        return self.store.database["inbox"].estimated_document_count()

    def until_handled(self, count: int, within: float = 900) -> None:
        """Wait until the handler has so many events behind it in all."""
        give_up_at = time.monotonic() + within
        while self.handled() < count:
            if time.monotonic() > give_up_at:
                raise TimeoutError(f"{self.handled()} of {count} events were handled")
            time.sleep(0.05)

    def latencies(self, since: datetime) -> list[float]:
        """Seconds from an outbox row's time (just before its commit) to the inbox record's, of events since then."""
        emitted = {row["_id"]: row["time"] for row in self.store.database["outbox"].find({"time": {"$gte": since}}, {"time": True})}
        records = ((emitted.get(record["_id"].rpartition("/")[2]), record["handled_at"]) for record in self.store.database["inbox"].find())
        return [(handled_at - moment).total_seconds() for moment, handled_at in records if moment is not None]

    def handled_at(self, subject: str) -> datetime | None:
        """When the first event of a subject was handled; None while it is not, or the database does not say."""
        with suppress(pymongo.errors.PyMongoError):
            row = self.store.database["outbox"].find_one({"key": f"greeter/{subject}/1"})
            record = row and self.store.database["inbox"].find_one({"_id": f"greeter.on_greeted/{row['_id']}"})
            return record["handled_at"] if record else None
        return None

    def cpu_seconds(self) -> float:
        """What all processes, this one included, have used so far."""
        return sum(_family(process.pid) for process in (*self.relays, self.service, self.mongo, self.broker) if process.running) + sum(
            psutil.Process().cpu_times()[:2]
        )


def _family(pid: int | None) -> float:
    parent = psutil.Process(pid)
    return float(sum(sum(one.cpu_times()[:2]) for one in (parent, *parent.children(recursive=True))))


def now() -> datetime:
    return datetime.now(UTC)
