"""Tables for spreadsheets: exact amounts, and nobody's words are a formula."""

from __future__ import annotations

import csv
import io

import pytest

from contracts.files import MAX_FILE_BYTES
from payments.domain.documents.errors import FileTooLarge
from payments.usecases.tables import figure, table


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (0, "EUR", "0.00"),
        (5, "EUR", "0.05"),
        (-5, "EUR", "-0.05"),
        (-123_456, "EUR", "-1234.56"),
        (1_234, "JPY", "1234"),
        (-1, "JPY", "-1"),
        (1_234, "KWD", "1.234"),
        (-7, "KWD", "-0.007"),
        (10**12, "EUR", "10000000000.00"),
    ],
)
def test_an_amount_has_the_digits_of_its_currency(amount: int, currency: str, text: str) -> None:
    assert figure(amount, currency) == text


@pytest.mark.parametrize("text", ['=HYPERLINK("http://x")', "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", "＝1"])
def test_words_that_a_spreadsheet_would_run_are_marked_as_text(text: str) -> None:
    rows = read(table("a.csv", ("title", "amount"), [(text, figure(-5, "EUR"))]).content)
    assert rows == [["title", "amount"], [f"'{text}", "-0.05"]]


def test_other_text_comes_back_as_it_was() -> None:
    titles = ["Zoë, “the best”", 'with "quotes"', "two\nlines", "a=b", ""]
    rows = read(table("a.csv", ("title",), [(title,) for title in titles]).content)
    assert rows[1:] == [[title] for title in titles]


def test_a_file_has_an_end() -> None:
    with pytest.raises(FileTooLarge):
        table("a.csv", ("title",), [("x" * 1_000,)] * (MAX_FILE_BYTES // 1_000 + 1))


def read(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
