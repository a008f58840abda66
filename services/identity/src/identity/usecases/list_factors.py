"""Show one's second factors."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.principal import Principal
from contracts.identity.sessions import FactorsView, FactorView
from identity.usecases.ports import Factors


@dataclass(frozen=True, slots=True)
class ListFactorsHandler:
    factors: Factors

    def __call__(self, principal: Principal) -> FactorsView:
        factors = self.factors.of(principal.user_id)
        apps = [
            FactorView(id=app.id, kind="totp", label="Authenticator app", created_at=app.created_at, last_used_at=app.last_used_at)
            for app in ([factors.totp] if factors.totp and factors.totp.confirmed else [])
        ]
        passkeys = [
            FactorView(id=key.id, kind="passkey", label=key.label, created_at=key.created_at, last_used_at=key.last_used_at)
            for key in factors.passkeys
        ]
        return FactorsView(items=(*apps, *passkeys), recovery_codes_left=len(factors.recovery))
