"""A replica is killed between any two effects of the migrations: the next one finishes them, and each is recorded once."""

from __future__ import annotations

import signal
import subprocess
import sys

import greeter.migrations

from chassis import migrate
from chassis.clock import FixedClock
from chassis.mongo import Store

# As little of a process as migrates: what the runner does before it takes work.
REPLICA = """
import sys
import greeter.migrations
from chassis import crash_points, migrate
from chassis.clock import SystemClock
from chassis.mongo import connect
url, database, point = sys.argv[1:]
crash_points.arm(point)
migrate.run(connect(url)[database], greeter.migrations, SystemClock())
"""
ALL = ["chassis.m0001_delivery", "chassis.m0002_sessions", "chassis.m0003_dead_letters", "chassis.m0004_erased_people", "m0001_initial"]


def replica_dies(mongo_url: str, database: str, point: str) -> None:
    ended = subprocess.run([sys.executable, "-c", REPLICA, mongo_url, database, point], capture_output=True, text=True, timeout=60)
    assert ended.returncode == -signal.SIGKILL, ended.stderr


def lease_runs_out(store: Store) -> None:
    """The dead replica's would in five seconds: the walk does not wait for that."""
    store.database["leases"].update_one({"_id": "migrations"}, {"$set": {"owner": None}})


def test_killed_there_again_and_again_the_next_one_finishes(store: Store, mongo_url: str, database_name: str, clock: FixedClock) -> None:
    done: list[list[str]] = []
    for point in (
        "migrations.lock_taken",
        "migrations.one_ran",
        "migrations.one_recorded",
        "migrations.one_ran:3",
        "migrations.one_recorded",
    ):
        replica_dies(mongo_url, database_name, point)
        lease_runs_out(store)
        done.append(migrated(store))
    assert done == [[], [], ALL[:1], ALL[:3], ALL[:4]]
    assert migrate.run(store.database, greeter.migrations, clock) == ALL[4:]
    assert migrated(store) == ALL
    assert "name_1" in store.database["greetings"].index_information()
    assert "key_1" in store.database["dead_letters"].index_information()


def migrated(store: Store) -> list[str]:
    """By name, the chassis' own first: as they run."""
    return sorted(row["_id"] for row in store.database["migrations"].find())
