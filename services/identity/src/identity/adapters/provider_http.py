"""Questions to providers over HTTP, within bounds: who answers slowly or at length takes neither workers nor memory from the others."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests

from chassis.green import eventlet
from identity.adapters.public_internet import is_public
from identity.domain.errors import ProviderAway, SignInRefused
from identity.domain.sign_in import Provider

_SILENCE_S = 5
_CHUNK = 8 * 1024
_LOOPBACK = ("127.0.0.1", "localhost")


@dataclass(frozen=True, slots=True)
class Answer:
    """The JSON of an answer, and how many bytes it was."""

    told: Any
    size: int


@dataclass(frozen=True, slots=True)
class Bounds:
    """Of an exchange from the look-up of the name to the last byte. `places` is how many may be under way at one time with providers
    that customers brought, `places_each` with one of them: far fewer than there are workers."""

    within_s: float = 8
    most_bytes: int = 256 * 1024
    places: int = 12
    places_each: int = 3


class ProviderHttp:
    """One for the process: it counts what is under way."""

    def __init__(self, bounds: Bounds = Bounds()) -> None:
        self._bounds = bounds
        self._under_way: Counter[str] = Counter()
        self._counting = threading.Lock()

    def ask(self, provider: Provider, method: str, url: str, **more: Any) -> Answer:
        """The provider's answer. No redirects: an endpoint that moved is none that was vouched for.

        Raises:
            ProviderAway: also one that takes too long, or of which too much is asked already.
            SignInRefused.
        """
        # Services wait in greenlets, which this ends wherever they are: `requests` bounds the silence between two bytes alone.
        with self._place(provider), eventlet.Timeout(self._bounds.within_s, ProviderAway()):
            _require_askable(provider, url)
            headers = {"Accept": "application/json", "Accept-Encoding": "identity", **more.pop("headers", {})}
            try:
                with (
                    requests.Session() as session,
                    session.request(method, url, headers=headers, timeout=_SILENCE_S, allow_redirects=False, stream=True, **more) as answer,
                ):
                    if answer.status_code >= 500:
                        raise ProviderAway
                    if answer.status_code != 200:
                        raise SignInRefused
                    body = self._body(answer)
            except requests.RequestException as error:
                raise ProviderAway from error
        try:
            return Answer(json.loads(body), len(body))
        except (ValueError, RecursionError) as error:
            raise SignInRefused from error

    def _body(self, answer: requests.Response) -> bytes:
        body = bytearray()
        for chunk in answer.iter_content(_CHUNK):
            body += chunk
            if len(body) > self._bounds.most_bytes:
                raise SignInRefused
        return bytes(body)

    @contextmanager
    def _place(self, provider: Provider) -> Iterator[None]:
        """The operator's own providers are trusted with any number."""
        if not provider.guarded:
            yield
            return
        with self._counting:
            if self._under_way.total() >= self._bounds.places or self._under_way[provider.name] >= self._bounds.places_each:
                raise ProviderAway
            self._under_way[provider.name] += 1
        try:
            yield
        finally:
            with self._counting:
                self._under_way[provider.name] -= 1
                if not self._under_way[provider.name]:
                    del self._under_way[provider.name]


def _require_askable(provider: Provider, url: str) -> None:
    """Raises: SignInRefused."""
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise SignInRefused from error
    if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
        raise SignInRefused
    if provider.guarded and not is_public(url):
        raise SignInRefused
