"""Put one's portfolio in order."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.principal import Principal
from contracts.identity.showcase import OrderPortfolio, ShowcaseView
from identity.usecases.show_showcase import UrlOf, showcase_view
from identity.usecases.showcase_ports import Begin


@dataclass(frozen=True, slots=True)
class OrderPortfolioHandler:
    begin: Begin
    url_of: UrlOf

    def __call__(self, command: OrderPortfolio, principal: Principal) -> ShowcaseView:
        """Raises:
        OrderIncomplete.
        """
        with self.begin() as work:
            showcase = work.showcases.of(principal.user_id)
            changed = showcase.in_order(command.item_ids)
            work.showcases.save(changed)
            return work.answer(showcase_view(changed, self.url_of))
