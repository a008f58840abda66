"""Tables as CSV (RFC 4180), for spreadsheets, which must not take people's words for formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import datetime

from contracts.files import MAX_FILE_BYTES, FileView
from contracts.money import CURRENCY_EXPONENTS
from payments.domain.documents.errors import FileTooLarge

CSV = "text/csv"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_MARK = "\ufeff"  # by which spreadsheets know UTF-8


class Figure(str):
    """A cell that we wrote ourselves: it may begin with a minus."""

    __slots__ = ()


def figure(amount_minor: int, currency: str) -> Figure:
    """An amount in whole units with all its digits and a point, as in `-12.30`."""
    digits = CURRENCY_EXPONENTS[currency]
    text = f"{abs(amount_minor):0{digits + 1}d}"
    whole, rest = (text[:-digits], f".{text[-digits:]}") if digits else (text, "")
    return Figure(f"{'-' if amount_minor < 0 else ''}{whole}{rest}")


def moment(at: datetime) -> Figure:
    return Figure(at.isoformat(timespec="milliseconds").replace("+00:00", "Z"))


def table(filename: str, head: Iterable[str], rows: Iterable[Iterable[str | None]]) -> FileView:
    """A CSV file. Text that a spreadsheet would take for a formula gets an apostrophe before it (OWASP, CSV injection).

    Raises:
        FileTooLarge.
    """
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(head)
    writer.writerows([_safe(cell) for cell in row] for row in rows)
    content = (_MARK + written.getvalue()).encode()
    if len(content) > MAX_FILE_BYTES:
        raise FileTooLarge
    return FileView.of(filename, CSV, content)


def _safe(cell: str | None) -> str:
    if cell is None:
        return ""
    return f"'{cell}" if cell.startswith(_FORMULA) and not isinstance(cell, Figure) else cell
