"""How many may have a password looked at at one time, strangers apart from the others: who comes on top is told to wait (decision 0077)."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

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

    def __init__(self, at_once: int, now_s: Callable[[], float] = time.monotonic) -> None:
        self._strangers, self._others = _Places(at_once), _Places(_OTHERS * at_once)
        self._now_s = now_s
        self._made_up: OrderedDict[str, float] = OrderedDict()  # at which addresses, and when

    @contextmanager
    def counted(self, route: Route, asked: Request[Any], address: str) -> Iterator[None]:
        """Around the call to the service.

        Raises:
            ProblemError: as many of their kind as may be are under way; nothing was asked.
        """
        if not route.bounded:
            yield
        elif voucher(asked) and not self._distrusted(address):
            try:
                with self._others.one():
                    yield
            except ProblemError as refusal:
                if refusal.problem.holds_for is HoldsFor.STRANGERS:
                    self._distrust(address)
                raise
        else:
            with self._strangers.one():
                yield

    def _distrust(self, address: str) -> None:
        self._made_up[address] = self._now_s()
        self._made_up.move_to_end(address)
        if len(self._made_up) > _MOST:
            self._made_up.popitem(last=False)

    def _distrusted(self, address: str) -> bool:
        return self._now_s() - self._made_up.get(address, -_DISTRUSTED_S) < _DISTRUSTED_S


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
