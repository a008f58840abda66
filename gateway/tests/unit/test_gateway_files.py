"""Files over HTTP: their headers, and the language they are asked for in."""

from __future__ import annotations

import pytest

from contracts.files import FileView
from gateway.rest.files import language, response


def test_a_file_is_to_be_saved_and_kept_by_nobody() -> None:
    answer = response(FileView.of("OC-INV-2030-000001.pdf", "application/pdf", b"%PDF-1.4 \x00\xff"))
    assert answer.body == b"%PDF-1.4 \x00\xff"
    assert dict(answer.headers) == {
        "Content-Type": "application/pdf",
        "Content-Disposition": 'attachment; filename="OC-INV-2030-000001.pdf"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
        "Vary": "Authorization, Accept-Language",
    }


def test_text_says_its_encoding() -> None:
    assert response(FileView.of("a.csv", "text/csv", "é".encode())).headers["Content-Type"] == "text/csv; charset=utf-8"


@pytest.mark.parametrize("name", ['a".pdf', "../a.pdf", "a\r\nX: y", "", "a b.pdf", ".pdf"])
def test_a_name_cannot_leave_its_header(name: str) -> None:
    with pytest.raises(ValueError, match="filename"):
        FileView.of(name, "application/pdf", b"")


@pytest.mark.parametrize(
    ("header", "best"),
    [
        ((), None),
        (("de",), "de"),
        (("de-AT,de;q=0.9,en;q=0.8",), "de"),
        (("pt-BR, fr;q=0.4, es;q=0.7",), "es"),
        (("en;q=0.5", "fr"), "fr"),
        (("FR-fr",), "fr"),
        (("*",), None),
        (("de;q=0, en;q=0.1",), "en"),
        (("pt",), None),
        (("de;q=2",), None),
        ((";;;,,,",), None),
        (("x" * 10_000,), None),
        ((",".join(["pt"] * 100 + ["de"]),), None),
    ],
)
def test_the_language_that_is_liked_best(header: tuple[str, ...], best: str | None) -> None:
    assert language(header) == best
