"""A sheet of paper: the brand at its head, who issued it at its foot, and blocks and tables in between."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from fpdf import FPDF
from fpdf.enums import TableBordersLayout, XPos, YPos
from fpdf.fonts import FontFace

from contracts.payments.document_views import Locale
from payments.adapters.papers.fonts import FAMILY, Fonts, close
from payments.adapters.papers.words import word
from payments.domain.documents.document import Branding, Party

_MARGIN_MM = 20
_GREY, _LIGHT = (110, 110, 110), (190, 190, 190)
_HAIR_MM = 0.15
_LINE_MM = 5.5
_ALIAS = "{nb}"  # where fpdf2 puts the number of pages


class Sheet(FPDF):
    """A4, and deterministic: made at the moment of what it shows, by nobody's machine."""

    def __init__(self, fonts: Fonts, locale: Locale, title: str, branding: Branding, issuer: Party, made_at: datetime) -> None:
        super().__init__(format="A4")
        self._fonts, self._locale, self._branding, self._issuer = fonts, locale, branding, issuer
        fonts.add_to(self)
        self.alias_nb_pages(_ALIAS)
        self.set_lang(locale.value)
        self.set_title(title)
        self.set_producer("OpenChance")
        self.set_creator("OpenChance")
        self.set_creation_date(made_at)
        self.set_margins(_MARGIN_MM, _MARGIN_MM)
        self.set_auto_page_break(auto=True, margin=30)
        self.add_page()
        self._title(title)

    def header(self) -> None:
        """The brand."""
        self.set_fill_color(*_rgb(self._branding.colour))
        self.rect(0, 0, self.w, 4, style="F")
        self.set_y(12)
        self._set("B", 11)
        self._row(self._branding.name)
        self.ln(4)

    def footer(self) -> None:
        """Who issued it, and the page."""
        self.set_y(-22)
        self._set("", 7.5, _GREY)
        tax_id = f"{word('tax_id', self._locale)} {self._issuer.tax_id}" if self._issuer.tax_id else None
        parts = (self._issuer.name, *self._issuer.address, self._issuer.country, tax_id)
        self._row(" · ".join(part for part in parts if part))
        self._row(word("page", self._locale).format(page=self.page_no(), pages=_ALIAS))

    def party(self, heading: str, party: Party) -> None:
        """Whom it is for."""
        self._set("", 8, _GREY)
        self._row(heading)
        self._set("", 10)
        tax_id = f"{word('tax_id', self._locale)} {party.tax_id}" if party.tax_id else None
        for line in (party.name, *party.address, party.country, tax_id):
            if line:
                self._row(line)
        self.ln(4)

    def facts(self, facts: Iterable[tuple[str, str | None]]) -> None:
        """Names and values, one below the other."""
        for name, value in facts:
            if value is not None:
                self._set("", 9, _GREY)
                self.cell(45, _LINE_MM, self._fonts.shown(name))
                self._set("", 9)
                self._row(value)
        self.ln(5)

    def rows(self, head: Sequence[str], rows: Iterable[Sequence[str]], widths: Sequence[int], *, bold: int = 0) -> None:
        """A table whose first column is text and whose last ones are figures; the last `bold` rows stand out."""
        body = [tuple(map(self._fonts.shown, row)) for row in rows]
        aligns = ["LEFT" if width > min(widths) else "RIGHT" for width in widths]
        self._set("", 9)
        self.set_draw_color(*_LIGHT)
        self.set_line_width(_HAIR_MM)
        with self.table(
            col_widths=tuple(widths),
            text_align=tuple(aligns),
            v_align="TOP",
            borders_layout=TableBordersLayout.HORIZONTAL_LINES,
            line_height=_LINE_MM,
            headings_style=FontFace(emphasis="BOLD", color=_GREY),
            padding=1,
        ) as table:
            table.row(tuple(map(self._fonts.shown, head)))
            for number, row in enumerate(body):
                table.row(row, style=FontFace(emphasis="BOLD") if number >= len(body) - bold else None)
        self.ln(4)

    def bytes(self) -> bytes:
        """The finished file. Nothing can be added any more."""
        try:
            return bytes(self.output())
        finally:
            close(self)

    def _title(self, title: str) -> None:
        self._set("B", 18, _rgb(self._branding.colour))
        self.multi_cell(0, 10, self._fonts.shown(title), new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(3)

    def _row(self, text: str) -> None:
        self.multi_cell(0, _LINE_MM if self.font_size_pt > 8 else 4, self._fonts.shown(text), new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _set(self, style: str, size: float, colour: tuple[int, int, int] = (0, 0, 0)) -> None:
        self.set_font(FAMILY, style, size)
        self.set_text_color(*colour)


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
