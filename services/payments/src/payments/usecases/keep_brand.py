"""Keep our copy of how organisations look: for documents."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.identity.events import BrandingChanged
from payments.domain.documents.branding import Brand
from payments.usecases.ports import UnitsOfWork


@dataclass(frozen=True, slots=True)
class KeepBrandHandler:
    unit_of_work: UnitsOfWork

    def __call__(self, event: BrandingChanged, sequence: int) -> None:
        """`sequence` is the event's among those of the organisation."""
        with self.unit_of_work() as work:
            known = work.brands.get(event.organisation_id) or Brand(event.organisation_id)
            told = known.told(event.name, event.primary_colour, sequence)
            if told != known:
                work.brands.put(told)
