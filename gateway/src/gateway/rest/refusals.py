"""What a service refused for a while, whoever asks: the gateway does not ask it again at once (decision 0076)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

from cachetools import FIFOCache

from contracts.base import Request
from contracts.errors import HoldsFor, Problem, ProblemError
from gateway.rest.routes import Route
from gateway.rest.strangers import voucher

_LONGEST_S = 10.0  # then the service is asked again: what it allows before the time it told is not missed for long
_MOST = 50_000
_Key = tuple[str, HoldsFor, *tuple[str, ...]]


class Refusals:
    """Each replica learns for itself, from answers that say for whom they hold."""

    def __init__(self, now_s: Callable[[], float] = time.monotonic, most: int = _MOST) -> None:
        self._now_s = now_s
        self._known: FIFOCache[_Key, tuple[float, Problem]] = FIFOCache(most)  # with the moment each was told at

    def check(self, route: Route, asked: Request[Any], address: str) -> None:
        """Raises:
        ProblemError: the service has just refused this.
        """
        for key in _keys(route, asked, address):
            told = self._known.get(key)
            if told is None:
                continue
            at, problem = told
            ago, wait_s = self._now_s() - at, problem.retry_after_s or 0
            if ago < min(_LONGEST_S, wait_s):
                raise ProblemError(problem.model_copy(update={"retry_after_s": max(1, wait_s - int(ago))}))
            del self._known[key]

    def learn(self, route: Route, asked: Request[Any], address: str, problem: Problem) -> None:
        for key in _keys(route, asked, address):
            if key[1] is problem.holds_for:
                self._known[key] = self._now_s(), problem


def _keys(route: Route, asked: Request[Any], address: str) -> Iterator[_Key]:
    shown = voucher(asked)
    yield route.path, HoldsFor.ADDRESS, address
    if not shown:
        yield route.path, HoldsFor.STRANGERS
    if route.account:
        yield route.path, HoldsFor.ACCOUNT, getattr(asked, route.account), shown
