"""The sandbox's clock: real time plus an offset that can be advanced and never goes back."""

import time
from datetime import UTC, datetime

from sandbox.storage import Storage


class Clock:
    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        rows = storage.execute("SELECT value FROM facts WHERE name = 'clock_offset'")
        self.offset_seconds: float = rows[0]["value"] if rows else 0.0

    def time(self) -> float:
        """Sandbox time in unix seconds."""
        return time.time() + self.offset_seconds

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.time(), UTC)

    def advance(self, seconds: float) -> None:
        offset = self.offset_seconds + seconds
        self._storage.execute("INSERT OR REPLACE INTO facts (name, value) VALUES ('clock_offset', ?)", offset)
        self.offset_seconds = offset
