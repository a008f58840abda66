"""How many strangers may have a password looked at at one time: who comes on top is told to wait (decision 0077)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from contracts.base import Request
from contracts.errors import Kind, Problem, ProblemError
from gateway.rest.routes import Route

_VOUCHER = "device_token"  # who shows one may be known to the service
_BUSY = Problem(kind=Kind.UNAVAILABLE, code="gateway.busy", detail="Many ask for this at this moment: try again.", retry_after_s=1)


def voucher(asked: Request[Any]) -> str:
    """What somebody shows who was here before; empty for a stranger."""
    return getattr(asked, _VOUCHER, None) or ""


class Strangers:
    """Each replica bounds its own."""

    def __init__(self, at_once: int) -> None:
        self._free = at_once

    @contextmanager
    def counted(self, route: Route, asked: Request[Any]) -> Iterator[None]:
        """Around the call to the service.

        Raises:
            ProblemError: as many strangers as may be are under way; nothing was asked.
        """
        if not route.bounded or voucher(asked):
            yield
            return
        if self._free < 1:
            raise ProblemError(_BUSY)
        self._free -= 1
        try:
            yield
        finally:
            self._free += 1
