"""Look at an account, as the staff does."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal
from contracts.identity.administration import AdminAccountView, GetAccount
from identity.domain.errors import UserNotFound
from identity.domain.permissions import Permission
from identity.usecases.ports import Accounts
from identity.usecases.show import admin_account_view


@dataclass(frozen=True, slots=True)
class GetAccountHandler:
    accounts: Accounts
    now: Callable[[], datetime]

    def __call__(self, query: GetAccount, principal: Principal) -> AdminAccountView:
        """Raises:
        NotPermitted, UserNotFound.
        """
        Permission.SEE_ACCOUNTS.require(principal.roles)
        account = self.accounts.get(query.user_id)
        if account is None:
            raise UserNotFound
        return admin_account_view(account, self.now())
