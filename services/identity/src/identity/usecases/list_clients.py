"""List an organisation's programs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from chassis.principal import Principal
from contracts.identity.credentials import ClientsView, ListClients
from identity.domain.credential import Kind
from identity.usecases.ports import UnitOfWork
from identity.usecases.show_credential import client_view, owner_for


@dataclass(frozen=True, slots=True)
class ListClientsHandler:
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(self, query: ListClients, principal: Principal) -> ClientsView:
        """Raises:
        OrganisationNotFound, RoleTooLow.
        """
        with self.unit_of_work() as work:
            owner_id = owner_for(work, principal, query.organisation_id)
            return ClientsView(items=tuple(client_view(client) for client in work.credentials.of(owner_id, Kind.CLIENT)))
