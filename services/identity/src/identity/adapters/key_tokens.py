"""Tokens for API keys and programs: JWT signed like those of people, with scopes in them."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from chassis.principal import DELEGATED
from contracts.identity.roles import SELF_ASSIGNED
from contracts.identity.views import AccessTokenView
from identity.adapters.signed_tokens import SignedTokens
from identity.domain.account import Account
from identity.domain.credential import Credential, Kind

LIFETIME = timedelta(minutes=5)
_MARKS = {Kind.KEY: "oc_", Kind.CLIENT: "ocs_"}
_RANDOM_BYTES = 32


class SignedKeyTokens:
    """The port KeyTokens. RFC 9068: `client_id` says by what the token was got, `scope` what it may do."""

    def __init__(self, tokens: SignedTokens, now: Callable[[], datetime]) -> None:
        self._tokens = tokens
        self._now = now

    def new_secret(self, kind: Kind) -> str:
        return _MARKS[kind] + secrets.token_urlsafe(_RANDOM_BYTES)

    def for_person(self, account: Account, credential: Credential) -> AccessTokenView:
        account.standing.admit(self._now())
        roles = [role.value for role in account.roles if role in SELF_ASSIGNED]
        return self._signed(account.id, credential, credential.scopes, {"roles": roles, "email_verified": account.email_verified})

    def for_organisation(self, credential: Credential, scopes: tuple[str, ...]) -> AccessTokenView:
        return self._signed(credential.id, credential, scopes, {"roles": [], "email_verified": False, "org": credential.owner_id})

    def _signed(self, subject: str, credential: Credential, scopes: tuple[str, ...], more: dict[str, Any]) -> AccessTokenView:
        claims = {"sub": subject, "sid": credential.session_id, "client_id": credential.id, "scope": " ".join(scopes), **more}
        return AccessTokenView(
            access_token=self._tokens.sign(claims, self._now(), LIFETIME, DELEGATED), expires_in=int(LIFETIME.total_seconds())
        )
