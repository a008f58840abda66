"""What a login elsewhere and a link begin with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal
from contracts.identity.flags import Feature
from contracts.identity.sessions import SignInStartedView
from identity.domain.ceremony import Ceremony, Kind
from identity.domain.errors import ProviderNotFound, SignInElsewhereClosed
from identity.domain.sign_in import Provider
from identity.domain.tokens import digest
from identity.usecases.live_session import live_session
from identity.usecases.ports import Providers, SignIns, Tokens, UnitOfWork


@dataclass(frozen=True, slots=True)
class BeginSignIn:
    unit_of_work: Callable[[], UnitOfWork]
    providers: Providers
    sign_ins: SignIns
    tokens: Tokens
    redirect_url: str

    def __call__(self, name: str, at: datetime, principal: Principal | None = None) -> SignInStartedView:
        """State, nonce, PKCE verifier and a binding to this browser, each its own secret. With a principal, a link of theirs.

        Raises:
            SessionEnded, ProviderNotFound, ProviderAway, SignInElsewhereClosed.
        """
        provider = self.providers.get(name)
        if provider is None:
            raise ProviderNotFound
        user_id = principal.user_id if principal is not None else ""
        self.require_open(provider, user_id)
        state, nonce, verifier, binding = (self.tokens.new() for _ in range(4))
        url = self.sign_ins.authorization_url(provider, state, nonce, verifier, self.redirect_uri(name))
        details = {"provider": name, "nonce": nonce, "verifier": verifier, "binding": digest(binding)}
        with self.unit_of_work() as work:
            if principal is not None:
                live_session(work, principal, at)
            work.ceremonies.add(Ceremony.begin(Kind.SIGN_IN_ELSEWHERE, digest(state), at, user_id, **details))
        return SignInStartedView(authorization_url=url, binding=binding)

    def require_open(self, provider: Provider, user_id: str) -> None:
        """Let pass whoever may use this provider now; an organisation's own is its own business.

        Raises:
            SignInElsewhereClosed.
        """
        if provider.domain is not None:
            return
        with self.unit_of_work() as work:
            flag = work.configuration.flag(Feature.SIGN_IN_ELSEWHERE)
            account = work.accounts.get(user_id) if user_id else None
            if flag is not None and not flag.on_for(user_id or None, frozenset(account.roles) if account else frozenset()):
                raise SignInElsewhereClosed

    def redirect_uri(self, name: str) -> str:
        """Another one for each provider: a code of one is never taken to another (RFC 9700, 4.4)."""
        return f"{self.redirect_url}/v1/auth/oauth/{name}/callback"
