"""Migrations: numbered modules of a service, each run once, by one replica, in order, before the service starts."""

from __future__ import annotations

import importlib
import logging
import pkgutil
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from pymongo.database import Database
from pymongo.errors import DuplicateKeyError, PyMongoError

from chassis import audit, ended_sessions, idempotency, inbox, outbox
from chassis.clock import Clock
from chassis.crash_points import declare, reached
from chassis.dead_letters import letters
from chassis.lease import COLLECTION as LEASES
from chassis.lease import RELEASE, RENEW_SECONDS, RENEWAL, Candidate, Holding, LeaseLost, new_owner
from chassis.privacy import erased_people

COLLECTION = "migrations"
_NAME = re.compile(r"m(\d{4})_\w+")
_LOCK_SECONDS = 600.0  # how long a replica waits for another one's migrations
_log = logging.getLogger(__name__)

Migration = Callable[[Database[dict[str, Any]]], None]
declare(
    {
        "migrations.lock_taken": "no other replica migrates, nothing has run",
        "migrations.one_ran": "a migration has changed the database, that it ran is not recorded",
        "migrations.one_recorded": "a migration is recorded, the next one is not begun, or the lock is not handed back",
    }
)


def run(database: Database[dict[str, Any]], migrations: ModuleType, clock: Clock) -> list[str]:
    """Run what was not run yet; returns the names. The chassis' own collections come first.

    `migrations` is a package of modules `m0001_<what>`, each with `migrate(database)`. A migration that was cut off
    runs again: it must be safe to run twice.

    Raises:
        ValueError: two modules have one number, or one has no `migrate`.
        LeaseLost: the lock was lost, or did not come free within ten minutes.
    """
    known = {
        "chassis.m0001_delivery": _create_delivery,
        "chassis.m0002_sessions": ended_sessions.create,
        "chassis.m0003_dead_letters": _create_dead_letters,
        "chassis.m0004_erased_people": erased_people.create,
        **_modules(migrations),
    }
    if not _missing(database, known):
        return []
    with _lock(database) as check_lock:
        reached("migrations.lock_taken")
        ran = []
        for name in _missing(database, known):
            check_lock()
            known[name](database)
            reached("migrations.one_ran")
            database[COLLECTION].insert_one({"_id": name, "applied_at": clock.now()})
            reached("migrations.one_recorded")
            _log.info("migration_applied: %s", name)
            ran.append(name)
        return ran


def _create_delivery(database: Database[dict[str, Any]]) -> None:
    for part in (outbox, inbox, idempotency):
        part.create(database)


def _create_dead_letters(database: Database[dict[str, Any]]) -> None:
    for part in (letters, audit):
        part.create(database)


def _modules(package: ModuleType) -> dict[str, Migration]:
    found: dict[str, Migration] = {}
    numbers: dict[str, str] = {}
    for name in sorted(module.name for module in pkgutil.iter_modules(package.__path__)):
        match = _NAME.fullmatch(name)
        if match is None:
            continue
        if match[1] in numbers:
            raise ValueError(f"{name} and {numbers[match[1]]} have one number")
        numbers[match[1]] = name
        migrate = getattr(importlib.import_module(f"{package.__name__}.{name}"), "migrate", None)
        if migrate is None:
            raise ValueError(f"{package.__name__}.{name} has no migrate(database)")
        found[name] = migrate
    return found


def _missing(database: Database[dict[str, Any]], known: dict[str, Migration]) -> list[str]:
    applied = {row["_id"] for row in database[COLLECTION].find({}, {"_id": True})}
    return [name for name in known if name not in applied]


@contextmanager
def _lock(database: Database[dict[str, Any]]) -> Iterator[Callable[[], None]]:
    """Hold the lease "migrations", renewed by a thread; gives a function that raises LeaseLost once it is lost."""
    holding = _acquire(database)
    done = threading.Event()
    renewing = threading.Thread(target=_renew, args=(database, holding, done), name="migrations-lease", daemon=True)
    renewing.start()
    try:
        yield holding.check
    finally:
        done.set()
        renewing.join()
        database[LEASES].update_one(holding.mine(), RELEASE)


def _acquire(database: Database[dict[str, Any]]) -> Holding:
    candidate = Candidate("migrations", new_owner())
    give_up_at = time.monotonic() + _LOCK_SECONDS
    while time.monotonic() < give_up_at:
        stored = database[LEASES].find_one({"_id": "migrations"})
        if candidate.may_claim(stored):
            asked_at = time.monotonic()
            query, update = candidate.claim(stored)
            try:
                result = database[LEASES].update_one(query, update, upsert=stored is None)
            except DuplicateKeyError:
                continue  # another replica made the first lease
            if result.upserted_id is not None or (stored is not None and result.matched_count == 1):
                return Holding("migrations", candidate.claimed_token(stored), asked_at)
        time.sleep(0.2)
    raise LeaseLost(f"another replica has held the migrations of {database.name} for {_LOCK_SECONDS:.0f} s")


def _renew(database: Database[dict[str, Any]], holding: Holding, done: threading.Event) -> None:
    while not done.wait(RENEW_SECONDS):
        asked_at = time.monotonic()
        try:
            if database[LEASES].update_one(holding.mine(), RENEWAL).matched_count == 0:
                return  # taken over: `check` raises once our time is up
        except PyMongoError as error:
            _log.warning("lease_not_renewed: %s", error)
        else:
            holding.renewed(asked_at)
