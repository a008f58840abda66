"""Stripe's SDK as payments uses it: pinned version, time limits, retries with the same key, and its errors in our terms."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import requests
import stripe
import structlog
from requests.adapters import HTTPAdapter

from payments.domain.errors import ProviderBusy, ProviderUnavailable
from payments.usecases.ports import ProviderRefused

log = structlog.get_logger(__name__)

# What this code was written against. An upgrade is a deliberate act: https://docs.stripe.com/upgrades
API_VERSION = "2026-10-28.endive"
RETRIES = 2
_LONGEST_SECONDS = 6.0  # three attempts fit into the lease of a saga step
_SHORTEST_SECONDS = 0.5
_PAUSES_SECONDS = 1.5  # what the SDK waits between three attempts, at most
_CONNECTIONS = 32
# The request was wrong and nothing was done (https://docs.stripe.com/api/errors). 409 and 429 say: not now.
_TOO_MANY = 429
_LONGEST_WAIT = timedelta(hours=1)  # a number beyond any sense is not taken for one
ACCOUNT_GONE = "account_invalid"
_REFUSED_STATUS = frozenset({400, 402, 403, 404})


class DeadlineSession(requests.Session):
    """Waits for an answer no longer than the caller of the command waits for ours, all attempts together."""

    def __init__(self, seconds_to_work: Callable[[], float | None]) -> None:
        super().__init__()
        self._seconds_to_work = seconds_to_work
        self.mount("https://", HTTPAdapter(pool_maxsize=_CONNECTIONS))
        self.mount("http://", HTTPAdapter(pool_maxsize=_CONNECTIONS))

    def request(self, *args: Any, **options: Any) -> requests.Response:
        answer = super().request(*args, **options | {"timeout": self.seconds()})
        if answer.status_code == _TOO_MANY and "Retry-After" in answer.headers:
            answer.headers["Stripe-Should-Retry"] = "false"  # the SDK would ask again at once; the saga waits as long as it is told
        return answer

    def seconds(self) -> float:
        """For one attempt of three."""
        left = self._seconds_to_work()
        if left is None:
            return _LONGEST_SECONDS
        return min(_LONGEST_SECONDS, max(_SHORTEST_SECONDS, (left - _PAUSES_SECONDS) / (RETRIES + 1)))


def stripe_client(api_key: str, api_base: str | None, seconds_to_work: Callable[[], float | None]) -> stripe.StripeClient:
    """A client on `requests`, whose sockets are green in the service; `api_base` where it is not Stripe itself (the sandbox)."""
    return stripe.StripeClient(
        api_key,
        stripe_version=API_VERSION,
        base_addresses={"api": api_base} if api_base else {},
        max_network_retries=RETRIES,
        http_client=stripe.RequestsClient(session=DeadlineSession(seconds_to_work)),
    )


@contextmanager
def changing() -> Iterator[None]:
    """Around a call that has an effect.

    Raises:
        ProviderRefused: Stripe said no, and did nothing.
        ProviderUnavailable: anything else. Not known whether it was done, or (no access, key used with other parameters)
            nothing that another key may be tried for.
    """
    try:
        yield
    except stripe.IdempotencyError as error:
        log.error("stripe_idempotency_error", detail=str(error), request_id=error.request_id)
        raise ProviderUnavailable from error
    except stripe.StripeError as error:
        if is_account_gone(error):
            raise ProviderRefused(ACCOUNT_GONE) from error
        if error.http_status in _REFUSED_STATUS and not isinstance(error, stripe.PermissionError):
            raise ProviderRefused(error.code or "refused") from error
        _unavailable(error)


@contextmanager
def looking() -> Iterator[None]:
    """Around a call that has no effect.

    Raises:
        ProviderUnavailable: whatever went wrong: what cannot be seen is not known.
    """
    try:
        yield
    except stripe.StripeError as error:
        _unavailable(error)


def is_account_gone(error: stripe.StripeError) -> bool:
    """Whether the connected account exists no more, or has let go of the platform: https://docs.stripe.com/error-codes#account-invalid"""
    told = error.error.code if error.error else None  # the SDK gives errors of this kind no code of their own
    return isinstance(error, stripe.PermissionError) and told == ACCOUNT_GONE


def _unavailable(error: stripe.StripeError) -> None:
    if (wait := _retry_after(error)) is not None:
        raise ProviderBusy(wait) from error
    if isinstance(error, stripe.AuthenticationError | stripe.PermissionError):
        log.error("stripe_access_denied", detail=str(error), request_id=error.request_id)
    raise ProviderUnavailable from error


def _retry_after(error: stripe.StripeError) -> timedelta | None:
    """How long Stripe wants to be left alone: https://docs.stripe.com/rate-limits. A date in the header's place is not Stripe's way."""
    told = str((error.headers or {}).get("Retry-After", ""))
    if error.http_status != _TOO_MANY or not told.isdecimal():
        return None
    return min(timedelta(seconds=int(told)), _LONGEST_WAIT)
