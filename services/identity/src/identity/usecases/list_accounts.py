"""Look for accounts, as the staff does."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal
from contracts.identity.administration import AdminAccountView, ListAccounts
from contracts.paging import Page
from identity.domain.account import AccountFilter
from identity.domain.permissions import Permission
from identity.usecases.ports import Accounts
from identity.usecases.show import admin_account_view


@dataclass(frozen=True, slots=True)
class ListAccountsHandler:
    accounts: Accounts
    now: Callable[[], datetime]

    def __call__(self, query: ListAccounts, principal: Principal) -> Page[AdminAccountView]:
        """Raises:
        NotPermitted, InvalidCursor.
        """
        Permission.SEE_ACCOUNTS.require(principal.roles)
        chosen = AccountFilter(query.email, query.role, query.status)
        accounts, next_cursor = self.accounts.page(chosen, query.cursor, query.limit)
        at = self.now()
        return Page(items=tuple(admin_account_view(account, at) for account in accounts), next_cursor=next_cursor)
