"""What may be asked of identity that changes nothing."""

from typing import ClassVar

from contracts.base import Query
from contracts.identity.views import MeView, PublicProfileView
from contracts.ids import UserId


class GetMe(Query[MeView]):
    service: ClassVar[str] = "identity"


class GetUser(Query[PublicProfileView]):
    service: ClassVar[str] = "identity"
    user_id: UserId
