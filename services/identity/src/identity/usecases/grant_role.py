"""Give somebody a role."""

from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal
from contracts.identity.administration import AdminAccountView, GrantRole
from identity.domain.account import Account
from identity.domain.permissions import Permission
from identity.usecases.administer import AdministerAccount, Change


@dataclass(frozen=True, slots=True)
class GrantRoleHandler:
    administer: AdministerAccount

    def __call__(self, command: GrantRole, principal: Principal) -> AdminAccountView:
        """It counts from the person's next refresh on.

        Raises:
            RoleHeld, and what administering an account raises.
        """

        def change(account: Account, _at: datetime) -> Change:
            return Change(account.with_role(command.role), "roles.granted", {"role": command.role.value})

        return self.administer(principal, Permission.CHANGE_ROLES, command.user_id, command.reason, change)
