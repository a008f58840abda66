"""Take a role away."""

from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal
from contracts.identity.administration import AdminAccountView, RevokeRole
from identity.domain.account import Account
from identity.domain.permissions import Permission
from identity.domain.session import RevokeReason
from identity.usecases.administer import AdministerAccount, Change


@dataclass(frozen=True, slots=True)
class RevokeRoleHandler:
    administer: AdministerAccount

    def __call__(self, command: RevokeRole, principal: Principal) -> AdminAccountView:
        """The person's sessions end: their tokens still name the role.

        Raises:
            RoleNotHeld, LastRole, and what administering an account raises.
        """

        def change(account: Account, _at: datetime) -> Change:
            details = {"role": command.role.value}
            return Change(account.without_role(command.role), "roles.revoked", details, RevokeReason.ROLE_REVOKED)

        return self.administer(principal, Permission.CHANGE_ROLES, command.user_id, command.reason, change)
