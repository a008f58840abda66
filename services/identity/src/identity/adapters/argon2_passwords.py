"""Password hashing by argon2id, away from the event hub and a bounded number at once."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from eventlet import tpool
from eventlet.semaphore import Semaphore

R = TypeVar("R")


class Argon2Passwords:
    """The port Passwords.

    m = 19 MiB, t = 2, p = 1: OWASP ASVS 5.0, appendix C. The C code lets go of the interpreter while it works, so it
    runs in native threads; the semaphore keeps logins from taking all cores and memory.
    """

    def __init__(self, concurrency: int) -> None:
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
        self._slots = Semaphore(concurrency)
        self._nobodys = self._hasher.hash("no account has this password")

    def hashed(self, password: str) -> str:
        return self._apart(lambda: self._hasher.hash(_normal(password)))

    def match(self, password: str, password_hash: str | None) -> bool:
        matches = self._apart(lambda: self._matches(_normal(password), password_hash or self._nobodys))
        return matches and password_hash is not None

    def _matches(self, password: str, password_hash: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False

    def _apart(self, work: Callable[[], R]) -> R:
        with self._slots:
            result: R = tpool.execute(work)
            return result


def _normal(password: str) -> str:
    """The same password, however a keyboard composes its accents (NIST SP 800-63B, 5.1.1.2)."""
    return unicodedata.normalize("NFKC", password)
