"""The use cases of the probe that hears: effects in its own database and at a vendor's, guarded by the chassis alone."""

from __future__ import annotations

import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from probe_messages import CountedFactRecorded, OrderedFactRecorded
from pymongo.errors import DuplicateKeyError

from chassis.context import delivered
from chassis.mongo import LostRace, MongoUnitOfWork, Store
from chassis.wiring import Resources
from probe_sink.settings import Settings

VENDOR_TIMEOUT_S = 5.0


class Poisoned(Exception):
    """This fact cannot be applied, however often it is tried."""


@dataclass
class UseCases:
    store: Store
    vendor_url: str

    def apply(self, event: CountedFactRecorded) -> None:
        """The vendor first, by a key that is the same at every attempt: a crash after it costs another call, never another effect."""
        if event.fact.outside:
            self._ask_vendor(event.fact.id)
        with MongoUnitOfWork(self.store) as work:
            self._keep(work, event.aggregate_id, delivered().sequence, event.fact.id, delivered().event_id)

    def apply_in_order(self, event: OrderedFactRecorded) -> None:
        """Apply what has its turn, and keep for later what came too early."""
        if event.fact.poison:
            raise Poisoned(f"{event.fact.id} cannot be applied")
        delivery = delivered()
        with MongoUnitOfWork(self.store) as work:
            position = self._position(work, event.aggregate_id)
            waiting = position["waiting"] | {str(delivery.sequence): [event.fact.id, delivery.event_id]}
            # What is older than its turn comes twice: its inbox record alone keeps it away.
            turn = min(delivery.sequence, position["applied"] + 1)
            place = position["places"]
            while (entry := waiting.pop(str(turn), None)) is not None:
                place += 1
                self._keep(work, event.aggregate_id, turn, *entry, place=place)
                turn += 1
            changed = {"applied": max(position["applied"], turn - 1), "places": place, "waiting": waiting}
            self.store.database["positions"].update_one({"_id": event.aggregate_id}, {"$set": changed}, session=work.session)

    def _position(self, work: MongoUnitOfWork, aggregate_id: str) -> dict[str, Any]:
        """How far an aggregate is."""
        positions = self.store.database["positions"]
        found = positions.find_one({"_id": aggregate_id}, session=work.session)
        if found is None:
            found = {"_id": aggregate_id, "applied": 0, "places": 0, "waiting": {}}
            try:
                positions.insert_one(dict(found), session=work.session)
            except DuplicateKeyError as error:
                raise LostRace("another event of the aggregate came first") from error
        return found

    def _keep(self, work: MongoUnitOfWork, aggregate_id: str, sequence: int, fact_id: str, event_id: str, place: int = 0) -> None:
        """Keep an effect; `place` is its number among those of an ordered aggregate."""
        effect: dict[str, Any] = {
            "aggregate": aggregate_id,
            "sequence": sequence,
            "place": place,
            "fact": fact_id,
            "event": event_id,
            "at": datetime.now(UTC),  # real time, whatever the clock of the platform says
        }
        self.store.database["effects"].insert_one(effect, session=work.session)

    def _ask_vendor(self, fact_id: str) -> None:
        request = urllib.request.Request(
            self.vendor_url, method="POST", headers={"Idempotency-Key": f"probe/{fact_id}"}, data=fact_id.encode()
        )
        with urllib.request.urlopen(request, timeout=VENDOR_TIMEOUT_S) as answer:
            answer.read()


def build(resources: Resources[Settings]) -> UseCases:
    return UseCases(resources.store, resources.settings.vendor_url)
