"""Judges a history. It imports nothing of the platform or of the harness: it knows what was promised, and reads what was seen."""

from __future__ import annotations

from checker.verdict import RULES, Verdict, judge
from checker.violation import Record, Violation

__all__ = ["RULES", "Record", "Verdict", "Violation", "judge"]
