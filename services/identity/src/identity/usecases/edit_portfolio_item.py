"""Change something in one's portfolio."""

from __future__ import annotations

from dataclasses import dataclass, replace

from chassis.principal import Principal
from contracts.identity.showcase import EditPortfolioItem, ShowcaseView
from identity.usecases.show_showcase import UrlOf, showcase_view
from identity.usecases.showcase_ports import Begin


@dataclass(frozen=True, slots=True)
class EditPortfolioItemHandler:
    begin: Begin
    url_of: UrlOf

    def __call__(self, command: EditPortfolioItem, principal: Principal) -> ShowcaseView:
        """Raises:
        ItemNotFound, ShowcaseStale, ImageNotYours.
        """
        with self.begin() as work:
            showcase = work.showcases.of(principal.user_id)
            item, mentioned = showcase.item(command.item_id), command.model_fields_set
            item = replace(
                item,
                title=command.title or item.title,
                text=command.text if "text" in mentioned else item.text,
                link=(str(command.link) if command.link else None) if "link" in mentioned else item.link,
                image_id=command.image_id if "image_id" in mentioned else item.image_id,
            )
            changed = showcase.with_item_changed(item, command.expected_version)
            work.showcases.save(changed)
            return work.answer(showcase_view(changed, self.url_of))
