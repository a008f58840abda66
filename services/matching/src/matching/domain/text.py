"""Plain text from rich text, and the words that search compares."""

from __future__ import annotations

import re
import unicodedata
from html.parser import HTMLParser

_WORD = re.compile(r"[^\W_]+[+#]*")  # C++ and C# are words
_BLOCKS = frozenset({"p", "br", "li", "ul", "ol", "div", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "blockquote", "pre"})
_STOP_WORDS = frozenset(
    {"a", "an", "and", "are", "as", "at", "be", "by", "for", "from", "in", "is", "it"}
    | {"of", "on", "or", "the", "this", "to", "with", "we", "you"}
)
SUMMARY_LENGTH = 240


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.parts.append(" ")


def plain(rich: str) -> str:
    """The text of a piece of HTML, on one line."""
    reader = _Text()
    reader.feed(rich)
    reader.close()
    return " ".join("".join(reader.parts).split())


def summary(text: str) -> str:
    """The beginning of a text, cut between words."""
    if len(text) <= SUMMARY_LENGTH:
        return text
    return text[: SUMMARY_LENGTH - 1].rsplit(" ", 1)[0].rstrip(" ,.;:") + "…"


def words(text: str) -> tuple[str, ...]:
    """Lower case, without accents: `Écoles, C++` → `ecoles`, `c++`."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    return tuple(_WORD.findall("".join(letter for letter in folded if not unicodedata.combining(letter))))


def telling_words(text: str) -> tuple[str, ...]:
    """The words of a query without those that are in every text; all of them when nothing else is left."""
    all_words = words(text)
    return tuple(word for word in all_words if word not in _STOP_WORDS) or all_words
