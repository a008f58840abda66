"""Look at one's own account."""

from dataclasses import dataclass

from chassis.principal import Principal
from contracts.identity.views import MeView
from identity.domain.errors import UserNotFound
from identity.usecases.ports import Accounts
from identity.usecases.show import me_view


@dataclass(frozen=True, slots=True)
class GetMeHandler:
    accounts: Accounts

    def __call__(self, principal: Principal) -> MeView:
        """One's own account and profile.

        Raises:
            UserNotFound: the account is gone, the token is not yet.
        """
        account = self.accounts.get(principal.user_id)
        if account is None:
            raise UserNotFound
        return me_view(account)
