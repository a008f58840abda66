"""Show who tried to log in to one's account."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.principal import Principal
from contracts.identity.authentication import ListLogins
from contracts.identity.sessions import LoginPage, LoginView
from identity.usecases.ports import Logins


@dataclass(frozen=True, slots=True)
class ListLoginsHandler:
    logins: Logins

    def __call__(self, query: ListLogins, principal: Principal) -> LoginPage:
        found, next_cursor = self.logins.page(principal.user_id, query.cursor, query.limit)
        views = tuple(
            LoginView(
                id=login.id,
                at=login.at,
                outcome=login.outcome.value,
                methods=login.methods,
                device=login.origin.device,
                address_range=login.origin.address_range,
            )
            for login in found
        )
        return LoginPage(items=views, next_cursor=next_cursor)
