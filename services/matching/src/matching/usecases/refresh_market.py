"""Keep this replica's picture of the market fresh, whichever replica handled an event."""

from __future__ import annotations

from dataclasses import dataclass

from matching.usecases.ports import Market


@dataclass(frozen=True, slots=True)
class RefreshMarketHandler:
    market: Market

    def __call__(self) -> None:
        self.market.refresh()
