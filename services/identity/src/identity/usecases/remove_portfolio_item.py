"""Take something out of one's portfolio."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.principal import Principal
from contracts.identity.showcase import RemovePortfolioItem, ShowcaseView
from identity.usecases.show_showcase import UrlOf, showcase_view
from identity.usecases.showcase_ports import Begin


@dataclass(frozen=True, slots=True)
class RemovePortfolioItemHandler:
    begin: Begin
    url_of: UrlOf

    def __call__(self, command: RemovePortfolioItem, principal: Principal) -> ShowcaseView:
        """Raises:
        ItemNotFound.
        """
        with self.begin() as work:
            showcase = work.showcases.of(principal.user_id)
            changed = showcase.without_item(command.item_id)
            work.showcases.save(changed)
            return work.answer(showcase_view(changed, self.url_of))
