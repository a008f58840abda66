"""Whose looks a document bears: an organisation's own where its plan includes that, else the platform's."""

from __future__ import annotations

from dataclasses import dataclass, replace

from payments.domain.documents.document import Branding


@dataclass(frozen=True, slots=True)
class Brand:
    """Our copy of an organisation's looks; `colour` (`#rrggbb`) is None where it chose none.

    `sequence` is the event it is from, so that an older one changes nothing.
    """

    organisation_id: str
    version: int = 0  # 0: not stored yet
    name: str = ""
    colour: str | None = None
    sequence: int = -1

    def told(self, name: str, colour: str | None, sequence: int) -> Brand:
        if sequence <= self.sequence:
            return self
        return replace(self, name=name, colour=colour, sequence=sequence)

    def over(self, platform: Branding) -> Branding:
        """As it stands at the head of a document: in the platform's colour where it has none of its own."""
        return Branding(self.name, self.colour or platform.colour)
