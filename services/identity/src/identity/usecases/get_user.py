"""Look at somebody's public profile."""

from dataclasses import dataclass

from contracts.identity.queries import GetUser
from contracts.identity.views import PublicProfileView
from identity.domain.errors import UserNotFound
from identity.usecases.ports import Accounts
from identity.usecases.show import public_profile_view
from identity.usecases.show_showcase import UrlOf
from identity.usecases.showcase_ports import Showcases


@dataclass(frozen=True, slots=True)
class GetUserHandler:
    accounts: Accounts
    showcases: Showcases
    url_of: UrlOf

    def __call__(self, query: GetUser) -> PublicProfileView:
        """What anybody may see of a person.

        Raises:
            UserNotFound.
        """
        account = self.accounts.get(query.user_id)
        if account is None:
            raise UserNotFound
        return public_profile_view(account, self.showcases.of(account.id), self.url_of)
