"""Keep our copy of what people are called and which language they read: for documents."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.identity.events import ProfileUpdated, UserRegistered
from payments.domain.documents.people import Person
from payments.usecases.ports import UnitsOfWork


@dataclass(frozen=True, slots=True)
class KeepPersonHandler:
    """Both events tell the whole of it, so they may come in any order: `sequence` says which is the newer."""

    unit_of_work: UnitsOfWork

    def __call__(self, event: UserRegistered | ProfileUpdated, sequence: int) -> None:
        with self.unit_of_work() as work:
            if work.erased(event.user_id):
                return
            known = work.people.get(event.user_id) or Person(event.user_id, 0, "", "", -1)
            told = known.told(event.display_name, event.locale, sequence)
            if told != known:
                work.people.put(told)
