"""One-time passwords of authenticator apps by pyotp; their secrets are stored encrypted."""

from __future__ import annotations

from datetime import datetime

import pyotp
from pyotp.utils import strings_equal

from identity.adapters.sealed import Sealed

_ISSUER = "OpenChance"
_STEP_S = 30
_SKEW = (0, -1, 1)  # steps: clocks and fingers may be half a minute off (RFC 6238, 5.2)


class TotpPasswords:
    """The port OneTimePasswords."""

    def __init__(self, sealed: Sealed) -> None:
        self._sealed = sealed

    def new(self) -> str:
        return self._sealed.seal(pyotp.random_base32())

    def secret(self, sealed: str) -> str:
        return self._sealed.open(sealed)

    def uri(self, sealed: str, email: str) -> str:
        return pyotp.TOTP(self._sealed.open(sealed)).provisioning_uri(name=email, issuer_name=_ISSUER)

    def step(self, sealed: str, otp: str, at: datetime) -> int | None:
        codes = pyotp.HOTP(self._sealed.open(sealed))
        now = int(at.timestamp()) // _STEP_S
        return next((now + skew for skew in _SKEW if strings_equal(codes.at(now + skew), otp)), None)
