"""Show which logins elsewhere open one's account."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.principal import Principal
from contracts.identity.sessions import LinksView, LinkView
from identity.usecases.ports import Links


@dataclass(frozen=True, slots=True)
class ListLinksHandler:
    links: Links

    def __call__(self, principal: Principal) -> LinksView:
        links = sorted(self.links.of(principal.user_id), key=lambda link: link.provider)
        return LinksView(items=tuple(LinkView(provider=link.provider, linked_at=link.linked_at) for link in links))
