"""What stops the local platform from starting, said in one line a person can act on."""

from __future__ import annotations


class PlatformError(Exception):
    """The platform, or one of its processes, cannot run; the message says why and what to do."""


class PortTaken(PlatformError):
    """Something else already listens on a port that a process needs."""

    def __init__(self, port: int, name: str) -> None:
        super().__init__(f"port {port}, needed by {name}, is taken by another program: stop that program or choose another port")


class ProgramMissing(PlatformError):
    """A program that the platform runs is not installed."""

    def __init__(self, program: str, remedy: str) -> None:
        super().__init__(f"{program} is not installed: {remedy}")


class NotReady(PlatformError):
    """A process ended, or did not answer in time, before it was ready."""
