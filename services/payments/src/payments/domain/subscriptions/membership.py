"""Who is in an organisation, as identity has told: the copy by which its subscriptions and its looks on documents are decided about."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.identity.organisation_views import OrganisationRole

ADMINISTER = frozenset({OrganisationRole.OWNER, OrganisationRole.ADMIN})


@dataclass(frozen=True, slots=True)
class Membership:
    """One person in one organisation. `role` is None once they have left: kept, so that what is late does not bring them back.

    `sequence` is that of the event it was learned by: of two the later counts, whichever comes first.
    """

    organisation_id: str
    user_id: str
    role: OrganisationRole | None
    sequence: int
    version: int = 0  # 0: not stored yet

    @property
    def current(self) -> bool:
        return self.role is not None

    @property
    def administers(self) -> bool:
        return self.role in ADMINISTER
