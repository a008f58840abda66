"""Who is suspended or banned, as identity told: a copy in the service's own database, so that asking takes no call."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

from pymongo.database import Database

from chassis.context import delivered
from chassis.entrypoints import UseCasesProvider, on_event
from chassis.newest import keep_newest
from chassis.privacy.erased_people import ErasedPeople
from chassis.wiring import Resources
from contracts.identity.events import StandingChanged
from contracts.identity.standing import AccountStatus

COLLECTION = "standings"


class Standings:
    """Of each person the fact with the highest sequence counts, in whatever order and number they come; whoever none tells of is active."""

    def __init__(self, database: Database[dict[str, Any]], now: Callable[[], datetime]) -> None:
        self._rows = database[COLLECTION]
        self._erased = ErasedPeople(database)
        self._now = now

    def kept_out(self, user_ids: Collection[str]) -> frozenset[str]:
        """Those of these who are suspended or banned now."""
        now = self._now()
        told_of = self._rows.find({"_id": {"$in": list(user_ids)}, "status": {"$ne": AccountStatus.ACTIVE.value}})
        return frozenset(row["_id"] for row in told_of if AccountStatus(row["status"]).at(now, row["until"]) is not AccountStatus.ACTIVE)

    def note(self, event: StandingChanged, sequence: int) -> None:
        if not self._erased.has(event.user_id):
            keep_newest(self._rows, event.user_id, "sequence", sequence, {"status": event.status.value, "until": event.until})


def standings(resources: Resources[Any]) -> Standings:
    """For a service's wiring."""
    return Standings(resources.store.database, resources.clock.now)


def listener(service: str) -> type:
    """The nameko service that hears of changes: a service that leaves out who is kept out lists it among its own."""

    class StandingsListener:
        name = f"{service}.standings"
        known: Standings = UseCasesProvider(standings)

        @on_event
        def on_standing_changed(self, event: StandingChanged) -> None:
            self.known.note(event, delivered().sequence)

    return StandingsListener
