"""Keep somebody out for good."""

from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal
from contracts.identity.administration import AdminAccountView, BanUser
from identity.domain.account import Account
from identity.domain.permissions import Permission
from identity.domain.session import RevokeReason
from identity.usecases.administer import AdministerAccount, Change


@dataclass(frozen=True, slots=True)
class BanUserHandler:
    administer: AdministerAccount

    def __call__(self, command: BanUser, principal: Principal) -> AdminAccountView:
        """Raises: what administering an account raises."""

        def change(account: Account, _at: datetime) -> Change:
            return Change(account.with_standing(account.standing.banned(command.reason)), "users.banned", {}, RevokeReason.KEPT_OUT)

        return self.administer(principal, Permission.BAN, command.user_id, command.reason, change)
