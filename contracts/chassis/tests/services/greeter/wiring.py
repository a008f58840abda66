"""The use cases of the tiny service, all in one."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import ClassVar

import eventlet

from chassis.context import current_delivery
from chassis.mongo import MongoUnitOfWork, Store
from chassis.retry import NotYet
from chassis.wiring import Resources
from contracts.base import Done
from contracts.errors import DomainError, Kind
from greeter.messages import Block, Greeted, GreetingView, Missed, Record, Work
from greeter.settings import Settings


class NoGreeting(DomainError):
    """Not today."""

    kind: ClassVar[Kind] = Kind.CONFLICT
    code: ClassVar[str] = "greeter.greeting.refused"


@dataclass
class UseCases:
    store: Store
    attempts: dict[str, int] = field(default_factory=dict)

    def work(self, command: Work) -> Done:
        seen = self.store.database["seen"]
        seen.insert_one({"name": command.name, "what": "begun"})
        time.sleep(command.seconds)
        seen.insert_one({"name": command.name, "what": "ended"})
        return Done()

    def block(self, command: Block) -> Done:
        eventlet.patcher.original("time").sleep(command.seconds)
        return Done()

    def record(self, command: Record) -> GreetingView:
        with MongoUnitOfWork(self.store) as work:
            self.store.database["greetings"].insert_one({"name": command.name}, session=work.session)
            work.emit(Greeted(name=command.name, fails=command.fails))
            return work.answer(GreetingView(text=f"recorded {command.name}"))

    def count(self, name: str) -> GreetingView:
        return GreetingView(text=str(self.store.database["greetings"].count_documents({"name": name})))

    def see(self, event: Greeted) -> None:
        delivery = current_delivery.get()
        assert delivery is not None
        failed = self.attempts[delivery.event_id] = self.attempts.get(delivery.event_id, 0) + 1
        if failed <= event.fails:
            raise RuntimeError(f"failure {failed} of {event.fails}")
        time.sleep(event.takes_s)
        with MongoUnitOfWork(self.store) as work:
            row = {"name": event.name, "what": "handled", "event_id": delivery.event_id, "sequence": delivery.sequence}
            self.store.database["seen"].insert_one(row, session=work.session)

    def wait_for_greeting(self, event: Missed) -> None:
        with MongoUnitOfWork(self.store) as work:
            if self.store.database["greetings"].find_one({"name": event.name}, session=work.session) is None:
                raise NotYet("the greeting")
            self.store.database["seen"].insert_one({"name": event.name, "what": "awaited"}, session=work.session)

    def tick(self) -> None:
        self.store.database["seen"].insert_one({"name": "timer", "what": "tick"})
        raise RuntimeError("a timer that fails goes on")


def build(resources: Resources[Settings]) -> UseCases:
    return UseCases(resources.store)
