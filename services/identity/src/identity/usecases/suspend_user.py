"""Keep somebody out for a while."""

from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal
from contracts.identity.administration import AdminAccountView, SuspendUser
from identity.domain.account import Account
from identity.domain.permissions import Permission
from identity.domain.session import RevokeReason
from identity.usecases.administer import AdministerAccount, Change


@dataclass(frozen=True, slots=True)
class SuspendUserHandler:
    administer: AdministerAccount

    def __call__(self, command: SuspendUser, principal: Principal) -> AdminAccountView:
        """Raises:
        BanStands, SuspensionOver, and what administering an account raises.
        """

        def change(account: Account, at: datetime) -> Change:
            standing = account.standing.at(at).suspended(command.reason, command.until, at)
            details = {"until": command.until.isoformat()} if command.until else {}
            return Change(account.with_standing(standing), "users.suspended", details, RevokeReason.KEPT_OUT)

        return self.administer(principal, Permission.SUSPEND, command.user_id, command.reason, change)
