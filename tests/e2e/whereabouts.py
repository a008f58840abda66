"""Where a text stands in anything the platform keeps: its databases, Redis, the object store, the logs."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import bson
import pymongo
import redis
from kombu import Connection, Exchange, Producer

from contracts import topology
from contracts.catalogue import SERVICES
from local_platform.platform import Platform

Row = dict[str, Any]


def places(platform: Platform, marker: str) -> list[str]:
    """All places in which the marker stands. The sandbox's own database is the vendors' world and is not looked into."""
    return [*_in_databases(platform, marker), *_in_redis(platform, marker), *_in_files(platform, marker)]


def _in_databases(platform: Platform, marker: str) -> Iterator[str]:
    with pymongo.MongoClient[Row](platform.infrastructure.mongo_url) as client:
        for service in SERVICES:
            database = client[service]
            for name in database.list_collection_names():
                for row in database[name].find({}):
                    if marker.encode() in bson.encode(row):
                        yield f"{service}.{name} {row['_id']}"


def _in_redis(platform: Platform, marker: str) -> Iterator[str]:
    with redis.Redis.from_url(platform.infrastructure.redis_url) as client:
        for key in client.scan_iter(count=500):
            value = client.get(key) if client.type(key) == b"string" else None
            if marker.encode() in key + (value or b""):
                yield f"redis {key.decode()}"


def _in_files(platform: Platform, marker: str) -> Iterator[str]:
    for folder in (platform.folder / "sandbox" / "s3", platform.folder / "logs"):
        for file in folder.rglob("*"):
            with suppress(FileNotFoundError):  # it may be taken away meanwhile
                if file.is_file() and marker.encode() in file.read_bytes():
                    yield f"{folder.name}/{file.name}"


def stored_objects(platform: Platform) -> set[str]:
    """What lies in the object store."""
    return {file.name for file in (platform.folder / "sandbox" / "s3").glob("*.json")}


def published_events(platform: Platform) -> list[Row]:
    """All events as they were sent, from the outboxes."""
    with pymongo.MongoClient[Row](platform.infrastructure.mongo_url) as client:
        return [row for service in SERVICES for row in client[service].outbox.find({"body": {"$exists": True}}, sort=[("_id", 1)])]


def replay(platform: Platform, events: list[Row]) -> dict[str, str]:
    """Publish these once more, each as if it were new: the inboxes do not know them. By id their type."""
    replayed = {}
    with Connection(platform.infrastructure.amqp_url) as connection, connection.channel() as channel:
        for row in events:
            event_id = f"event_{uuid.uuid4().hex}"
            attributes = {"specversion": "1.0", "id": event_id, **{name: row[name] for name in ("source", "type", "subject", "sequence")}}
            Producer(channel).publish(
                bytes(row["body"]),
                exchange=Exchange(f"{row['source']}.events", type="topic", durable=True, passive=True),
                routing_key=row["type"],
                headers={f"cloudEvents_{name}": value for name, value in attributes.items()},
                content_type="application/json",
                content_encoding="utf-8",
                message_id=event_id,
                delivery_mode=2,
            )
            replayed[event_id] = row["type"]
    return replayed


def unhandled(platform: Platform, replayed: dict[str, str], queues: set[str]) -> list[str]:
    """What of it these handlers have not come to the end of."""
    left = []
    with pymongo.MongoClient[Row](platform.infrastructure.mongo_url) as client:
        for service, consumed in topology.CONSUMERS.items():
            for queue, event_type in consumed.items():
                expected = (
                    {f"{queue}/{event_id}" for event_id, kind in replayed.items() if kind == event_type} if queue in queues else set()
                )
                handled = {row["_id"] for row in client[service].inbox.find({"_id": {"$in": list(expected)}}, {"_id": True})}
                left += sorted(expected - handled)
    return left
