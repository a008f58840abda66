"""Password hashing by argon2id."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Protocol, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

R = TypeVar("R")


class Run(Protocol):
    """Runs slow work where it holds nobody up."""

    def __call__(self, work: Callable[[], R]) -> R: ...


class Argon2Passwords:
    """The port Passwords. m = 19 MiB, t = 2, p = 1: OWASP ASVS 5.0, appendix C."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
        self._nobodys = self._hasher.hash("no account has this password")

    def hashed(self, password: str) -> str:
        return self._run(lambda: self._hasher.hash(_normal(password)))

    def match(self, password: str, password_hash: str | None) -> bool:
        matches = self._run(lambda: self._matches(_normal(password), password_hash or self._nobodys))
        return matches and password_hash is not None

    def _matches(self, password: str, password_hash: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False


def _normal(password: str) -> str:
    """The same password, however a keyboard composes its accents (NIST SP 800-63B, 5.1.1.2)."""
    return unicodedata.normalize("NFKC", password)
