"""What an account can show besides its password: a one-time password, passkeys, recovery codes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

MOST_PASSKEYS = 20


@dataclass(frozen=True, slots=True)
class Totp:
    """RFC 6238. `sealed_secret` is readable to the adapter that made it; `last_step` is the newest 30 seconds whose code was used."""

    id: str
    sealed_secret: str
    created_at: datetime
    last_step: int = 0
    confirmed: bool = False
    last_used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Passkey:
    """A WebAuthn credential; its id and key in base64url."""

    id: str
    label: str
    credential_id: str
    public_key: str
    sign_count: int
    created_at: datetime
    last_used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SecondFactors:
    """All of one account. `recovery` holds the digests of the codes that are left. Version 0 is not stored yet."""

    user_id: str
    version: int = 0
    totp: Totp | None = None
    passkeys: tuple[Passkey, ...] = ()
    recovery: tuple[str, ...] = ()

    @property
    def enrolled(self) -> bool:
        """Whether a login with the password must show more."""
        return bool(self.passkeys) or (self.totp is not None and self.totp.confirmed)

    @property
    def has_totp(self) -> bool:
        return self.totp is not None and self.totp.confirmed

    def passkey(self, credential_id: str) -> Passkey | None:
        return next((key for key in self.passkeys if key.credential_id == credential_id), None)

    def with_totp(self, totp: Totp) -> SecondFactors:
        return self._next(totp=totp)

    def with_code_used(self, step: int, at: datetime) -> SecondFactors | None:
        """After a code of this step; None if that, or a later one, was used before (RFC 6238, 5.2)."""
        if self.totp is None or step <= self.totp.last_step:
            return None
        return self._next(totp=replace(self.totp, last_step=step, confirmed=True, last_used_at=at))

    def with_recovery(self, digests: tuple[str, ...]) -> SecondFactors:
        return self._next(recovery=digests)

    def with_recovery_used(self, digest: str) -> SecondFactors | None:
        if digest not in self.recovery:
            return None
        return self._next(recovery=tuple(one for one in self.recovery if one != digest))

    def with_passkey(self, passkey: Passkey) -> SecondFactors:
        """Added, or in place of its earlier state."""
        others = tuple(key for key in self.passkeys if key.id != passkey.id)
        return self._next(passkeys=(*others, passkey))

    def without(self, factor_id: str) -> SecondFactors | None:
        """None if there is no such factor. The recovery codes go with the last one: they stand in for a factor, they are none."""
        totp = None if self.totp is not None and self.totp.id == factor_id else self.totp
        passkeys = tuple(key for key in self.passkeys if key.id != factor_id)
        if totp is self.totp and passkeys == self.passkeys:
            return None
        left = replace(self, totp=totp, passkeys=passkeys, version=self.version + 1)
        return left if left.enrolled else replace(left, recovery=())

    def cleared(self) -> SecondFactors:
        return self._next(totp=None, passkeys=(), recovery=())

    def _next(self, **changes: object) -> SecondFactors:
        return replace(self, version=self.version + 1, **changes)  # type: ignore[arg-type]
