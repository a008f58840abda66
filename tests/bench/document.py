"""docs/benchmarks.md: each program writes its own section, between its marks, and leaves the others'."""

from __future__ import annotations

import platform
from datetime import UTC, datetime
from pathlib import Path

import psutil

DOCUMENT = Path(__file__).parents[2] / "docs" / "benchmarks.md"
PLATFORM, IDENTITY, MONEY = "bench", "bench-identity", "bench-money"


def when_and_where() -> str:
    """On which day, and on what machine."""
    memory = psutil.virtual_memory().total / 2**30
    return f"{datetime.now(UTC):%Y-%m-%d}: {psutil.cpu_count()} cores, {memory:.0f} GB, Python {platform.python_version()}"


def write(section: str, text: str) -> None:
    """Put a section in the place of the one that was there, or at the end."""
    begin, end = f"<!-- figures: written by make {section} -->", f"<!-- end of make {section} -->"
    document = DOCUMENT.read_text() if DOCUMENT.exists() else ""
    before, found, after = document.partition(begin)
    rest = after.partition(end)[2] if found else ""
    gap = "" if found or not before else "\n"
    DOCUMENT.write_text(f"{before}{gap}{begin}\n{text.strip()}\n{end}{rest or chr(10)}")
