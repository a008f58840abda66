"""Imports without what nobody uses: optional packages that happen to be installed, and the garbage collector."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without(*packages: str) -> Iterator[None]:
    """What is imported meanwhile finds none of these packages, as on a machine where they are not installed.

    A package that is imported already is found. Starting a process costs CPU above all for imports: decision record 0045.
    """
    hidden = [package for package in packages if package not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # None makes an import fail: the docs of sys.modules
    try:
        yield
    finally:
        for package in hidden:
            del sys.modules[package]


@contextmanager
def uncollected() -> Iterator[None]:
    """What is made meanwhile stays until the process ends, as modules do: the garbage collector does not look for garbage among it.

    Not now, which makes a start cheaper, and not later, when it would hold up requests: decision record 0045.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
