"""Let somebody in again."""

from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal
from contracts.identity.administration import AdminAccountView, RestoreUser
from contracts.identity.standing import AccountStatus
from identity.domain.account import Account
from identity.domain.permissions import Permission
from identity.usecases.administer import AdministerAccount, Change


@dataclass(frozen=True, slots=True)
class RestoreUserHandler:
    administer: AdministerAccount

    def __call__(self, command: RestoreUser, principal: Principal) -> AdminAccountView:
        """Who may ban may lift a ban.

        Raises:
            AccountNotKeptOut, and what administering an account raises.
        """

        def change(account: Account, at: datetime) -> Change:
            if account.standing.status is AccountStatus.BANNED:
                Permission.BAN.require(principal.roles)
            details = {"was": account.standing.status.value}
            return Change(account.with_standing(account.standing.restored(at)), "users.restored", details)

        return self.administer(principal, Permission.SUSPEND, command.user_id, command.reason, change)
