"""What owners are entitled to, as payments told: a copy in the service's own database, so that asking takes no call."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import UTC, datetime
from typing import Any

from pymongo.database import Database

from chassis.entrypoints import UseCasesProvider, on_event
from chassis.newest import keep_newest
from chassis.privacy.erased_people import ErasedPeople
from chassis.wiring import Resources
from contracts.payments.events import EntitlementChanged

COLLECTION = "entitlements"


class Entitlements:
    """Of each owner the event with the highest revision counts, in whatever order and number they come (decision 0064). Nobody is entitled
    to anything beyond `valid_until`: an end that was not heard of ends all the same.
    """

    def __init__(self, database: Database[dict[str, Any]], now: Callable[[], datetime]) -> None:
        self._rows = database[COLLECTION]
        self._erased = ErasedPeople(database)
        self._now = now

    def has(self, owner_id: str, name: str) -> bool:
        return owner_id in self.holders(name, (owner_id,))

    def holders(self, name: str, owner_ids: Collection[str]) -> frozenset[str]:
        """Those of these who are entitled to it now."""
        wanted = {"_id": {"$in": list(owner_ids)}, "names": name, "valid_until": {"$gt": self._now()}}
        return frozenset(row["_id"] for row in self._rows.find(wanted, {"_id": True}))

    def note(self, event: EntitlementChanged) -> None:
        if self._erased.has(event.owner_id):
            return
        fields = {"names": list(event.entitlements), "valid_until": event.valid_until or datetime.min.replace(tzinfo=UTC)}
        keep_newest(self._rows, event.owner_id, "revision", event.revision, fields)


def entitlements(resources: Resources[Any]) -> Entitlements:
    """For a service's wiring."""
    return Entitlements(resources.store.database, resources.clock.now)


def listener(service: str) -> type:
    """The nameko service that hears of changes: a service that gates by entitlements lists it among its own."""

    class EntitlementsListener:
        name = f"{service}.entitlements"
        known: Entitlements = UseCasesProvider(entitlements)

        @on_event
        def on_entitlement_changed(self, event: EntitlementChanged) -> None:
            self.known.note(event)

    return EntitlementsListener
