"""Give a service the key that a person's fields in events are read with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from contracts.privacy.queries import GetPersonKey
from contracts.privacy.views import PersonKeyView


@dataclass(frozen=True, slots=True)
class GetPersonKeyHandler:
    wrapped: Callable[[str], str | None]

    def __call__(self, query: GetPersonKey) -> PersonKeyView:
        """Wrapped in the master key, which the services that may read it hold; null once it is destroyed."""
        return PersonKeyView(wrapped=self.wrapped(query.user_id))
