"""List API keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from chassis.principal import Principal
from contracts.identity.credentials import ApiKeysView, ListApiKeys
from identity.domain.credential import Kind
from identity.usecases.ports import UnitOfWork
from identity.usecases.show_credential import api_key_view, owner_for


@dataclass(frozen=True, slots=True)
class ListApiKeysHandler:
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(self, query: ListApiKeys, principal: Principal) -> ApiKeysView:
        """Raises:
        OrganisationNotFound, RoleTooLow.
        """
        with self.unit_of_work() as work:
            owner_id = owner_for(work, principal, query.organisation_id)
            return ApiKeysView(items=tuple(api_key_view(key) for key in work.credentials.of(owner_id, Kind.KEY)))
