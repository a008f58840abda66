"""What may be asked of every service about the data of who asks: `<service>.privacy`."""

from typing import ClassVar

from contracts.base import Query
from contracts.ids import UserId
from contracts.paging import Cursor
from contracts.privacy.views import ObligationsView, PersonalDataView, PersonKeyView

PRIVACY = "privacy"
OWING = ("identity", "challenges", "payments")  # where something can be owed by or to a person; the others keep nothing of the kind


class ListObligations(Query[ObligationsView]):
    """What keeps this service from erasing one's own data."""

    service: ClassVar[str] = PRIVACY


class ExportPersonalData(Query[PersonalDataView]):
    """All that this service keeps of oneself, in pages."""

    service: ClassVar[str] = PRIVACY
    cursor: Cursor | None = None


class GetPersonKey(Query[PersonKeyView]):
    """Asked of identity by services that read its events. Without the master key the answer is worth nothing."""

    service: ClassVar[str] = "person_keys"
    user_id: UserId
