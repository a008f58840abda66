"""What a child asks of the kernel about its parent. Imports next to nothing: what patches the library must be first."""

from __future__ import annotations

import ctypes
import signal

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def end_with_parent() -> None:
    """Runs in the child: the kernel shall send it SIGTERM when its parent is gone, even by kill -9 (prctl(2))."""
    if hasattr(_libc, "prctl"):
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
