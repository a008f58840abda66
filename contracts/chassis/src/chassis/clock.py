"""What time it is: every `now` of the product comes from a clock that is handed in, so that tests and the sandbox can move it."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Protocol
from urllib.parse import urlsplit

_POLL_SECONDS = 0.5
_TIMEOUT_SECONDS = 1.0
_log = logging.getLogger(__name__)


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC, cut to milliseconds (what MongoDB stores)."""
        ...


def _to_milliseconds(moment: datetime) -> datetime:
    in_utc = moment.astimezone(UTC)
    return in_utc.replace(microsecond=in_utc.microsecond // 1000 * 1000)


class SystemClock:
    """The time of this machine."""

    def now(self) -> datetime:
        return _to_milliseconds(datetime.now(UTC))


class FixedClock:
    """Stands still until a test moves it."""

    def __init__(self, moment: datetime) -> None:
        self._moment = _to_milliseconds(moment)

    def now(self) -> datetime:
        return self._moment

    def advance(self, by: timedelta) -> None:
        self._moment = _to_milliseconds(self._moment + by)


class ClockServer(Protocol):
    """Dictates how far ahead a virtual clock is."""

    def offset(self) -> timedelta:
        """Raises:
        OSError, HTTPException, ValueError, KeyError, TypeError: it does not answer, or something else.
        """
        ...

    def close(self) -> None: ...


class _HttpClockServer:
    """Asked over one connection that is kept: every process of a platform asks twice a second."""

    def __init__(self, url: str) -> None:
        """Raises:
        ValueError: the address is not http or https.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https"):
            raise ValueError(f"a clock address is http or https, not {url!r}")
        connection = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        self._connection = connection(parts.netloc, timeout=_TIMEOUT_SECONDS)
        self._path = parts.path or "/"

    def offset(self) -> timedelta:
        try:
            self._connection.request("GET", self._path)
            answer = self._connection.getresponse()
            body = answer.read()
            if answer.status != HTTPStatus.OK:
                raise ValueError(f"the clock server answers {answer.status}")
            return timedelta(seconds=float(json.loads(body)["offset_seconds"]))
        except BaseException:
            self.close()  # the next question opens it anew
            raise

    def close(self) -> None:
        self._connection.close()


class VirtualClock:
    """The time of this machine plus an offset that a clock server (the sandbox) dictates.

    The offset is asked for every half second in a thread of its own; while the server is away the last offset holds.
    """

    def __init__(self, url: str, server: Callable[[str], ClockServer] = _HttpClockServer) -> None:
        """Start following the clock at `url`, which answers `{"offset_seconds": n}`.

        Raises:
            ValueError: the address is not http or https.
        """
        self._server = server(url)
        self._offset = timedelta()
        self._reachable = True
        self._stopped = threading.Event()
        self._poll()
        self._thread = threading.Thread(target=self._follow, name="virtual-clock", daemon=True)
        self._thread.start()

    def now(self) -> datetime:
        return _to_milliseconds(datetime.now(UTC) + self._offset)

    def close(self) -> None:
        """Stop following; the last offset stays."""
        self._stopped.set()
        self._thread.join()
        self._server.close()

    def _follow(self) -> None:
        while not self._stopped.wait(_POLL_SECONDS):
            self._poll()

    def _poll(self) -> None:
        try:
            self._offset = self._server.offset()
        except (OSError, HTTPException, ValueError, KeyError, TypeError) as error:
            if self._reachable:
                _log.warning("clock_server_unreachable: the last offset holds (%s)", error)
            self._reachable = False
        else:
            self._reachable = True


def open_clock(clock_url: str | None) -> Clock:
    """The system's clock, or the virtual one where an address for it is set."""
    return VirtualClock(clock_url) if clock_url else SystemClock()
