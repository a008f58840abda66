"""`<service>.privacy`: the nameko service by which a service answers for one person's data and erases it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog
from pymongo.errors import ConnectionFailure, NetworkTimeout, PyMongoError

from chassis.crash_points import declare, reached
from chassis.entrypoints import UseCasesProvider, on_event, rpc, timer
from chassis.key_ring import KeyRing, key_ring
from chassis.mongo import MongoUnitOfWork
from chassis.principal import Principal
from chassis.privacy import traces
from chassis.privacy.erased_people import ErasedPeople
from chassis.privacy.keeping import Keeper
from chassis.retry import NotYet
from chassis.wiring import Resources
from contracts.identity.events import PersonDeletionStarted
from contracts.privacy.events import PersonDataErased
from contracts.privacy.queries import PRIVACY, ExportPersonalData, ListObligations
from contracts.privacy.views import ObligationsView, PersonalDataView

log = structlog.get_logger(__name__)
_AT_ONCE = 20
declare(
    {
        "erasing.person_noted": "it is recorded who is to be erased, the event is not acknowledged",
        "erasing.data_swept": "what the service keeps of the person is gone, its sent events and answers still name them",
        "erasing.traces_emptied": "nothing names the person any more, nobody is told",
        "erasing.confirmed": "the confirmation is committed, others who are due are not swept",
    }
)


class _Work(MongoUnitOfWork):
    people: ErasedPeople

    def open(self, session: Any) -> None:
        self.people = ErasedPeople(self._store.database, session)


@dataclass(frozen=True, slots=True)
class Privacy:
    """Notes who is to be erased, erases them, and tells."""

    resources: Resources[Any]
    keeper: Keeper
    keys: KeyRing

    def obligations(self, principal: Principal) -> ObligationsView:
        return ObligationsView(items=tuple(self.keeper.obligations(principal.user_id)))

    def export(self, query: ExportPersonalData, principal: Principal) -> PersonalDataView:
        return self.keeper.export(principal.user_id, query.cursor)

    def note(self, event: PersonDeletionStarted) -> None:
        with _Work(self.resources.store) as work:
            work.people.note(event.user_id, event.deletion_id, self.resources.clock.now())
        reached("erasing.person_noted")
        self.keys.forget(event.user_id)

    def erase(self) -> None:
        """Sweep those that are due. Who was interrupted begins again: each step is safe to do twice, the confirmation happens once.

        Raises:
            PyMongoError: the database is away, or this lost a race: nobody's turn has moved.
        """
        people = ErasedPeople(self.resources.store.database)
        for row in people.due(self.resources.clock.now(), _AT_ONCE):
            try:
                waits = self._sweep(row)
            except Exception as error:  # one person's trouble must not keep the data of the others
                if isinstance(error, PyMongoError) and _concerns_everybody(error):
                    raise
                log.exception("erasing_failed", deletion_id=row["deletion_id"])
                waits = ["failed"]
            if waits:
                people.waits(row, waits, self.resources.clock.now())
                log.warning("erasing_waits", deletion_id=row["deletion_id"], waits_for=waits)

    def _sweep(self, row: dict[str, Any]) -> list[str]:
        """What it waits for; nothing when it is done."""
        store, user_id, at = self.resources.store, str(row["_id"]), self.resources.clock.now()
        if owed := self.keeper.obligations(user_id):
            return sorted({one.kind for one in owed})
        try:
            erased = dict(self.keeper.erase(user_id))
        except NotYet as why:
            return [str(why)]
        reached("erasing.data_swept")
        if traces.waits_to_be_sent(store.database, user_id):
            return ["outbox"]
        erased |= {name: count for name, count in traces.forget(store.database, user_id, at).items() if count}
        reached("erasing.traces_emptied")
        with _Work(store) as work:
            if work.people.done(user_id, at):
                service = self.resources.settings.service()
                told = PersonDataErased(deletion_id=row["deletion_id"], user_id=user_id, service=service, erased=erased, erased_at=at)
                work.emit(told)
        reached("erasing.confirmed")
        return []


def _concerns_everybody(error: PyMongoError) -> bool:
    """Whether the others would fare no better: no server is there, or a transaction is to be run again.

    Too slow (NetworkTimeout, though a ConnectionFailure; ExecutionTimeout) and refused are about what is kept of this one person.
    Should the whole database have gone silent, noting that they wait fails as well, and ends the round.
    """
    if error.has_error_label("TransientTransactionError") or error.has_error_label("UnknownTransactionCommitResult"):
        return True
    return isinstance(error, ConnectionFailure) and not isinstance(error, NetworkTimeout)


class PrivacyService:
    name = PRIVACY
    use_cases: Privacy

    @rpc
    def list_obligations(self, query: ListObligations, principal: Principal) -> ObligationsView:  # noqa: ARG002 - the query has no fields
        return self.use_cases.obligations(principal)

    @rpc
    def export_personal_data(self, query: ExportPersonalData, principal: Principal) -> PersonalDataView:
        return self.use_cases.export(query, principal)

    @on_event
    def on_person_deletion_started(self, event: PersonDeletionStarted) -> None:
        self.use_cases.note(event)

    @timer(seconds=1)
    def erase_people(self) -> None:
        self.use_cases.erase()


def privacy_service(service: str, build: Callable[[Resources[Any]], Keeper]) -> type:
    """A service's own: list it in SERVICES. `build` makes what knows where the service keeps personal data."""

    def privacy(resources: Resources[Any]) -> Privacy:
        return Privacy(resources, build(resources), key_ring(resources))

    return type("Privacy", (PrivacyService,), {"name": f"{service}.{PRIVACY}", "use_cases": UseCasesProvider(privacy)})
