"""How colours go with text (WCAG 2.2, 1.4.3 and its definition of relative luminance)."""

from __future__ import annotations

from dataclasses import dataclass

READABLE = 4.5
WHITE, BLACK = "#ffffff", "#000000"


@dataclass(frozen=True, slots=True)
class Contrast:
    """`text` is the one of black and white that reads better on the colour."""

    colour: str
    on_white: float
    on_black: float

    @classmethod
    def of(cls, colour: str) -> Contrast:
        return cls(colour, round(_ratio(colour, WHITE), 2), round(_ratio(colour, BLACK), 2))

    @property
    def text(self) -> str:
        return WHITE if self.on_white >= self.on_black else BLACK

    @property
    def readable_on_white(self) -> bool:
        return self.on_white >= READABLE


def _ratio(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[start : start + 2], 16) / 255) for start in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)
