"""Named points between two effects, at which a test can end the process as kill -9 would.

A module that has such points declares them with a sentence each and calls `reached` there. In production a point is one
comparison with None: `arm` is called with what the settings say, and these refuse to say anything where a server is not on
this machine.
"""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable, Mapping
from typing import NoReturn
from urllib.parse import urlsplit

POINTS: dict[str, str] = {}  # every declared point of the modules that are imported, and what is true there
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_FORM = re.compile(r"(?P<name>[a-z_]+\.[a-z_]+)(?::(?P<hit>[1-9][0-9]*))?")


def _end_process() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("unreachable")


class _Armed:
    """One point, and how often it is yet to be passed."""

    def __init__(self, name: str, hit: int, end: Callable[[], NoReturn]) -> None:
        self._name = name
        self._left = hit
        self._end = end

    def passed(self, name: str) -> None:
        if name == self._name:
            self._left -= 1
            if self._left == 0:
                self._end()


_armed: _Armed | None = None


def declare(points: Mapping[str, str]) -> None:
    """Make points known, each with what has happened there and what has not.

    Raises:
        ValueError: one is declared already.
    """
    if taken := POINTS.keys() & points.keys():
        raise ValueError(f"declared twice: {', '.join(sorted(taken))}")
    POINTS.update(points)


def reached(name: str) -> None:
    """The process is at this point: it ends here, if that is what it was armed for."""
    if _armed is not None:
        _armed.passed(name)


def arm(crash_at: str | None, end: Callable[[], NoReturn] = _end_process) -> None:
    """End the process at `<point>`, or at `<point>:<n>` when it is reached the n-th time; None disarms."""
    global _armed
    _armed = None
    if crash_at is not None:
        name, _, hit = crash_at.partition(":")
        _armed = _Armed(name, int(hit or 1), end)


def checked(crash_at: str | None, *server_urls: str) -> str | None:
    """What a setting says, if it may say it.

    Raises:
        ValueError: it is not `<point>` or `<point>:<n>`, or a server is not on this machine: there no process is to be killed.
    """
    if crash_at is None:
        return None
    if not _FORM.fullmatch(crash_at):
        raise ValueError("a crash point is written <name> or <name>:<n>")
    if not all(host in _LOOPBACK for url in server_urls for host in _hosts(url)):
        raise ValueError("crash points are for tests, where every server is on this machine")
    return crash_at


def _hosts(url: str) -> list[str | None]:
    """The hosts that a URL names: MongoDB's may name several, which `urlsplit` refuses where one is in brackets."""
    place = re.split("[/?#]", url.partition("://")[2], maxsplit=1)[0]
    return [urlsplit(f"//{server}").hostname for server in place.rpartition("@")[2].split(",")]
