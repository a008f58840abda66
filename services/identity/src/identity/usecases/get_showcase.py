"""Look at what one shows of oneself."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.principal import Principal
from contracts.identity.showcase import ShowcaseView
from identity.usecases.show_showcase import UrlOf, showcase_view
from identity.usecases.showcase_ports import Showcases


@dataclass(frozen=True, slots=True)
class GetShowcaseHandler:
    showcases: Showcases
    url_of: UrlOf

    def __call__(self, principal: Principal) -> ShowcaseView:
        """One's own, the private résumé included."""
        return showcase_view(self.showcases.of(principal.user_id), self.url_of)
