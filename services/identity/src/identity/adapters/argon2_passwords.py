"""Password hashing by argon2id."""

from __future__ import annotations

import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from chassis.native_threads import Run


class Argon2Passwords:
    """The port Passwords. m = 19 MiB, t = 2, p = 1: OWASP ASVS 5.0, appendix C."""

    def __init__(self, run: Run, run_for_strangers: Run) -> None:
        self._run, self._run_for_strangers = run, run_for_strangers
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
        self._nobodys = self._hasher.hash("no account has this password")

    def hashed(self, password: str, *, stranger: bool = False) -> str:
        return self._lane(stranger)(lambda: self._hasher.hash(_normal(password)))

    def match(self, password: str, password_hash: str | None, *, stranger: bool = False) -> bool:
        matches = self._lane(stranger)(lambda: self._matches(_normal(password), password_hash or self._nobodys))
        return matches and password_hash is not None

    def _lane(self, stranger: bool) -> Run:
        return self._run_for_strangers if stranger else self._run

    def _matches(self, password: str, password_hash: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False


def _normal(password: str) -> str:
    """The same password, however a keyboard composes its accents (NIST SP 800-63B, 5.1.1.2)."""
    return unicodedata.normalize("NFKC", password)
