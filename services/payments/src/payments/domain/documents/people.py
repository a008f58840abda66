"""Who people are, as documents name them: from what they gave for billing, from their profile, or by their id."""

from __future__ import annotations

from dataclasses import dataclass, replace

from payments.domain.documents.document import Party


@dataclass(frozen=True, slots=True)
class BillingDetails:
    """What a person wants documents to say, and whose looks they shall bear. Nothing is `known` at version 0."""

    user_id: str
    version: int = 0
    party: Party | None = None
    organisation_id: str | None = None

    def changed(self, party: Party, organisation_id: str | None = None) -> BillingDetails:
        return replace(self, party=party, organisation_id=organisation_id)


@dataclass(frozen=True, slots=True)
class Person:
    """Our copy of a profile; `sequence` is the event it is from, so that an older one changes nothing."""

    user_id: str
    version: int
    display_name: str
    locale: str
    sequence: int

    def told(self, display_name: str, locale: str, sequence: int) -> Person:
        if sequence <= self.sequence:
            return self
        return replace(self, display_name=display_name, locale=locale, sequence=sequence)


def party_of(user_id: str, details: BillingDetails, person: Person | None) -> Party:
    if details.party is not None:
        return details.party
    return Party(user_id if person is None else person.display_name)
