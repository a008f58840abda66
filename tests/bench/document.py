"""docs/benchmarks.md: each program writes its own section, between its marks, and leaves the others'."""

from __future__ import annotations

from pathlib import Path

DOCUMENT = Path(__file__).parents[2] / "docs" / "benchmarks.md"
PLATFORM, IDENTITY = "bench", "bench-identity"


def write(section: str, text: str) -> None:
    """Put a section in the place of the one that was there, or at the end."""
    begin, end = f"<!-- figures: written by make {section} -->", f"<!-- end of make {section} -->"
    document = DOCUMENT.read_text() if DOCUMENT.exists() else ""
    before, found, after = document.partition(begin)
    rest = after.partition(end)[2] if found else ""
    gap = "" if found or not before else "\n"
    DOCUMENT.write_text(f"{before}{gap}{begin}\n{text.strip()}\n{end}{rest or chr(10)}")
