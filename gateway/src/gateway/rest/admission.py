"""Who asks, and whether they may ask again now: bearer tokens and rate limits, before a request is even read."""

from __future__ import annotations

import re
from dataclasses import dataclass

from aiohttp import web

from chassis.context import Client
from chassis.principal import InvalidToken, Principal, PrincipalVerifier, Unauthenticated
from contracts.errors import Kind, Problem, ProblemError
from gateway.rest.api_keys import MARK, ApiKeys
from gateway.rest.routes import Auth
from gateway.settings import RateClass
from gateway.shared.gcra import Policy, Verdict
from gateway.shared.rate_limits import RateLimits
from gateway.web.client_address import client_address
from gateway.web.exchange import EXTRA_HEADERS

_BEARER = re.compile(r"Bearer +([A-Za-z0-9._~+/-]+=*) *", re.IGNORECASE)
_LONGEST_AGENT = 256
_BY_ADDRESS = frozenset({RateClass.AUTH, RateClass.SIGN_UP, RateClass.WEBHOOK})


@dataclass(frozen=True, slots=True)
class Admission:
    """Lets a request in, or says why not."""

    verifier: PrincipalVerifier
    keys: ApiKeys
    limits: RateLimits
    trusted_proxies: int

    async def admit(self, request: web.Request, auth: Auth, rate: RateClass) -> Principal | None:
        """The caller; None for an anonymous one where that is allowed.

        Raises:
            Unauthenticated, InvalidToken: no token, or not a valid one. Attempts count against the address's limit.
            ProblemError: the limit is reached, or identity refuses the API key.
        """
        refused: Unauthenticated | None = None
        principal = None
        try:
            principal = await self._principal(request, auth)
        except Unauthenticated as error:
            refused = error
        caller = f"address:{client_address(request, self.trusted_proxies)}"
        if principal is not None and rate not in _BY_ADDRESS:
            caller = f"user:{principal.user_id}" if principal.in_person else f"key:{principal.session_id}"
        verdict = await self.limits.take(rate, caller)
        request[EXTRA_HEADERS].update(limit_headers(rate, self.limits.policy(rate), verdict))
        if not verdict.allowed:
            raise limited(verdict)
        if refused is not None:
            raise refused
        return principal

    async def admit_address(self, request: web.Request, rate: RateClass) -> None:
        """Let in whoever asks from there, before anything is known of them.

        Raises:
            ProblemError: the limit is reached.
        """
        verdict = await self.limits.take(rate, f"address:{client_address(request, self.trusted_proxies)}")
        if not verdict.allowed:
            raise limited(verdict)

    def client(self, request: web.Request) -> Client:
        """From where the request comes: what the services may know of it."""
        agent = "".join(letter for letter in request.headers.get("User-Agent", "") if letter.isprintable())
        return Client(client_address(request, self.trusted_proxies), agent[:_LONGEST_AGENT])

    async def _principal(self, request: web.Request, auth: Auth) -> Principal | None:
        header = request.headers.get("Authorization")
        if auth is Auth.NONE or (auth is Auth.OPTIONAL and header is None):
            return None
        if header is None:
            raise Unauthenticated
        if (found := _BEARER.fullmatch(header)) is None:
            raise InvalidToken
        if found[1].startswith(MARK):
            return self.keys.known(found[1]) or await self._asked(request, found[1])
        return self.verifier.verify(found[1])

    async def _asked(self, request: web.Request, key: str) -> Principal:
        """Keys nobody has heard of cost identity a question each: the address may ask as often as it may log in."""
        await self.admit_address(request, RateClass.AUTH)
        return await self.keys.ask(key, self.client(request))


def limit_headers(name: str, policy: Policy, verdict: Verdict) -> dict[str, str]:
    """RateLimit and RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers)."""
    return {
        "RateLimit-Policy": f'"{name}";q={policy.quota};w={policy.window_s}',
        "RateLimit": f'"{name}";r={verdict.remaining};t={verdict.reset_s}',
    }


def limited(verdict: Verdict) -> ProblemError:
    """The refusal of a caller who must wait."""
    return ProblemError(
        Problem(
            kind=Kind.LIMITED,
            code="gateway.rate_limit.exceeded",
            detail=f"Too many requests: try again in {verdict.retry_after_s} s.",
            retry_after_s=verdict.retry_after_s,
        )
    )
