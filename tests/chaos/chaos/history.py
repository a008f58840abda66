"""What happened, as JSON lines: every acknowledged action, every observed effect, every fault, in the order it was learned."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import IO, Any


class History:
    """Appends to one file. `at` is seconds since the run began."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._began = time.monotonic()
        self._output: IO[str] = file.open("w", buffering=1)  # a line at a time, for who looks on

    @property
    def now(self) -> float:
        return round(time.monotonic() - self._began, 3)

    def add(self, what: str, **details: Any) -> None:
        self._output.write(json.dumps({"at": self.now, "what": what, **details}, separators=(",", ":"), default=str) + "\n")

    def close(self) -> None:
        self._output.close()


def read(file: Path) -> list[dict[str, Any]]:
    """All records of a history."""
    with file.open() as lines:
        return [json.loads(line) for line in lines]
