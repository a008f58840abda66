"""How many may have a password looked at at one time, strangers apart from the others: who comes on top is told to wait (decision 0077)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from cachetools import TTLCache

from contracts.base import Request
from contracts.errors import HoldsFor, Kind, Problem, ProblemError
from gateway.rest.routes import Route

_VOUCHER = "device_token"  # who shows one may be known to the service
_BUSY = Problem(kind=Kind.UNAVAILABLE, code="gateway.busy", detail="Many ask for this at this moment: try again.", retry_after_s=1)
_DISTRUSTED_S = 60.0
_MOST = 50_000
_OTHERS = 3  # times as many: more than the service lets wait, so that it is not here that a known device is sent away


def voucher(asked: Request[Any]) -> str:
    """What somebody shows who was here before; empty for a stranger."""
    return getattr(asked, _VOUCHER, None) or ""


class Strangers:
    """Each replica bounds its own.

    Only the service knows whether a voucher is one. Who showed one and was refused as strangers are is a stranger for a minute, whatever
    comes from that address: made-up vouchers open the way once.
    """

    def __init__(self, at_once: int, now_s: Callable[[], float] = time.monotonic, most: int = _MOST) -> None:
        self._strangers, self._others = _Places(at_once), _Places(_OTHERS * at_once)
        self._made_up: TTLCache[str, None] = TTLCache(most, _DISTRUSTED_S, timer=now_s)  # at which addresses

    @contextmanager
    def counted(self, route: Route, asked: Request[Any], address: str) -> Iterator[None]:
        """Around the call to the service.

        Raises:
            ProblemError: as many of their kind as may be are under way; nothing was asked.
        """
        if not route.bounded:
            yield
        elif voucher(asked) and address not in self._made_up:
            try:
                with self._others.one():
                    yield
            except ProblemError as refusal:
                if refusal.problem.holds_for is HoldsFor.STRANGERS:
                    self._made_up[address] = None
                raise
        else:
            with self._strangers.one():
                yield


class _Places:
    def __init__(self, number: int) -> None:
        self._free = number

    @contextmanager
    def one(self) -> Iterator[None]:
        """Raises:
        ProblemError: none is free.
        """
        if self._free < 1:
            raise ProblemError(_BUSY)
        self._free -= 1
        try:
            yield
        finally:
            self._free += 1
