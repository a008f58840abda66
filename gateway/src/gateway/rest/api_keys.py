"""API keys as bearer tokens: traded at identity for a token of minutes, which is kept for seconds."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable

from cachetools import FIFOCache

from chassis.context import Client
from chassis.principal import Principal, PrincipalVerifier
from contracts.base import Event
from contracts.identity.credentials import ExchangeApiKey
from contracts.identity.events import SessionRevoked
from gateway.rpc import Rpc

MARK = "oc_"
_KEPT_S = 30.0
_REMEMBERED = 10_000


class ApiKeys:
    """A key that is revoked is forgotten when its session's end is heard; the services refuse its tokens from then on too."""

    def __init__(self, rpc: Rpc, verifier: PrincipalVerifier, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._rpc = rpc
        self._verifier = verifier
        self._monotonic = monotonic
        self._known: FIFOCache[str, tuple[float, Principal]] = FIFOCache(_REMEMBERED)

    def known(self, key: str) -> Principal | None:
        """Whom the key speaks for, if identity told so moments ago."""
        until, principal = self._known.get(_digest(key), (0.0, None))
        return principal if self._monotonic() < until else None

    async def ask(self, key: str, client: Client) -> Principal:
        """Whom the key speaks for.

        Raises:
            ProblemError: identity does not know it, or does not answer.
        """
        view = await self._rpc.call(ExchangeApiKey(key=key), client=client)
        principal = self._verifier.verify(view.access_token)
        self._known[_digest(key)] = (self._monotonic() + min(_KEPT_S, view.expires_in / 2), principal)
        return principal

    def hear(self, event: Event) -> None:
        if isinstance(event, SessionRevoked):
            for digest in [digest for digest, (_, one) in self._known.items() if one.session_id == event.session_id]:
                del self._known[digest]

    def forget(self) -> None:
        """Events may have been missed."""
        self._known.clear()


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
