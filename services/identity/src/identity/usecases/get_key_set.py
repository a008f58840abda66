"""Make known the public keys of access tokens."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.identity.sessions import KeySetView
from identity.usecases.ports import Tokens


@dataclass(frozen=True, slots=True)
class GetKeySetHandler:
    tokens: Tokens

    def __call__(self) -> KeySetView:
        return KeySetView(keys=tuple(dict(key) for key in self.tokens.public_keys()))
