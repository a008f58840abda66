"""What a text means, as a vector that only adapters look into."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Embedding:
    """`vector`: a unit vector, little-endian float32. `fingerprint` tells which text (by which model) it belongs to."""

    model: str
    fingerprint: str
    vector: bytes

    @classmethod
    def of(cls, model: str, text: str, vector: bytes) -> Self:
        return cls(model, fingerprint(model, text), vector)

    def stands_for(self, text: str, model: str) -> bool:
        return self.fingerprint == fingerprint(model, text)


def fingerprint(model: str, text: str) -> str:
    return hashlib.sha256(f"{model}\n{text}".encode()).hexdigest()
