"""Look at the deletions, and whom they wait for."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.principal import Principal
from contracts.identity.privacy import DeletionPage, ListDeletions
from identity.domain.permissions import Permission
from identity.usecases.privacy_ports import Deletions
from identity.usecases.show_personal_data import deletion_view


@dataclass(frozen=True, slots=True)
class ListDeletionsHandler:
    deletions: Deletions

    def __call__(self, query: ListDeletions, principal: Principal) -> DeletionPage:
        """Raises:
        NotPermitted.
        """
        Permission.SEE_ACCOUNTS.require(principal.roles)
        found, cursor = self.deletions.page(query.waiting, query.cursor, query.limit)
        return DeletionPage(items=tuple(deletion_view(one) for one in found), next_cursor=cursor)
