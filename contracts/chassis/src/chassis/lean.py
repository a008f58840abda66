"""Imports of libraries without the optional packages that they take along wherever these are installed."""

from __future__ import annotations

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
