"""The use case of the probe that records: state and events in one unit of work, with no guard of its own."""

from __future__ import annotations

from dataclasses import dataclass

from probe_messages import CountedFactRecorded, OrderedFactRecorded, Recorded, RecordFacts

from chassis.mongo import MongoUnitOfWork, Store
from chassis.wiring import Resources
from probe_source.settings import Settings


@dataclass
class UseCases:
    store: Store

    def record_facts(self, command: RecordFacts) -> Recorded:
        event = OrderedFactRecorded if command.ordered else CountedFactRecorded
        with MongoUnitOfWork(self.store) as work:
            rows = [{"fact": fact.id, "aggregate": command.aggregate_id} for fact in command.facts]
            self.store.database["facts"].insert_many(rows, session=work.session)
            for fact in command.facts:
                work.emit(event(aggregate_id=command.aggregate_id, fact=fact))
            return work.answer(Recorded(aggregate_id=command.aggregate_id, facts=len(command.facts)))


def build(resources: Resources[Settings]) -> UseCases:
    return UseCases(resources.store)
