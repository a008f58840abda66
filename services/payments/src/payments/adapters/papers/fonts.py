"""The letters papers are set in: those shipped with us, and fonts that an operator adds for other scripts (decision 0049)."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from pathlib import Path

from fpdf import FPDF
from fpdf.fonts import TTFFont

HERE = Path(__file__).parent / "fonts"
FAMILY = "DejaVu"
_STYLES = {"": HERE / "DejaVuSans.ttf", "B": HERE / "DejaVuSans-Bold.ttf"}
_NO_LETTER = "\ufffd"


class Fonts:
    """`extra` are TrueType or OpenType files, looked through in their order for what ours lack."""

    def __init__(self, extra: Sequence[Path] = ()) -> None:
        self._extra = tuple(extra)
        sheet = FPDF()
        self.add_to(sheet)
        self._letters = frozenset(letter for font in sheet.fonts.values() if isinstance(font, TTFFont) for letter in font.cmap)
        close(sheet)

    def add_to(self, sheet: FPDF) -> None:
        for style, file in _STYLES.items():
            sheet.add_font(FAMILY, style, file)
        for number, file in enumerate(self._extra):
            sheet.add_font(f"extra{number}", "", file)
        if self._extra:
            sheet.set_fallback_fonts([f"extra{number}" for number in range(len(self._extra))], exact_match=False)

    def shown(self, text: str) -> str:
        """The text in letters that there are: an accent without its own is left out, what has no letter at all shows so. Lines stay."""
        return "".join(part for letter in unicodedata.normalize("NFC", text) for part in self._letter(letter))

    def _letter(self, letter: str) -> str:
        if letter == "\n" or ord(letter) in self._letters:
            return letter
        bare = "".join(part for part in unicodedata.normalize("NFKD", letter) if ord(part) in self._letters)
        return bare or _NO_LETTER


def close(sheet: FPDF) -> None:
    """Let go of the font files, which fpdf2 keeps open."""
    for font in sheet.fonts.values():
        if isinstance(font, TTFFont):
            font.close()
