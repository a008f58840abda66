"""Add something to one's portfolio."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from chassis.principal import Principal
from contracts.identity.showcase import AddPortfolioItem, ShowcaseView
from identity.domain.showcase import PortfolioItem
from identity.usecases.show_showcase import UrlOf, showcase_view
from identity.usecases.showcase_ports import Begin


@dataclass(frozen=True, slots=True)
class AddPortfolioItemHandler:
    begin: Begin
    url_of: UrlOf
    new_id: Callable[[str], str]

    def __call__(self, command: AddPortfolioItem, principal: Principal) -> ShowcaseView:
        """Raises:
        PortfolioFull, ImageNotYours.
        """
        with self.begin() as work:
            showcase = work.showcases.of(principal.user_id)
            link = str(command.link) if command.link else None
            item = PortfolioItem(self.new_id("portfolio"), command.title, command.text, link, command.image_id)
            changed = showcase.with_item(item)
            work.showcases.save(changed)
            return work.answer(showcase_view(changed, self.url_of))
