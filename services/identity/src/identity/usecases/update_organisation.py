"""Change an organisation's name and looks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from chassis.principal import Principal
from contracts.identity.organisation_views import OrganisationRole, OrganisationView
from contracts.identity.organisations import UpdateOrganisation
from identity.usecases.membership import organisation_of
from identity.usecases.ports import UnitOfWork
from identity.usecases.show_organisation import branding_changed, organisation_view

_LOOKS = ("primary_colour", "accent_colour", "logo_url", "logo_asset_id")


@dataclass(frozen=True, slots=True)
class UpdateOrganisationHandler:
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(self, command: UpdateOrganisation, principal: Principal) -> OrganisationView:
        """Raises:
        OrganisationNotFound, RoleTooLow, OrganisationStale.
        """
        mentioned = {name: getattr(command, name) for name in _LOOKS if name in command.model_fields_set}
        told = {name: str(value) if value is not None else None for name, value in mentioned.items()}
        with self.unit_of_work() as work:
            before, role = organisation_of(work, command.organisation_id, principal, OrganisationRole.ADMIN)
            before.expect(command.expected_version)
            after = before.branded(command.name or before.name, replace(before.looks, **told))
            if after is not before:
                work.organisations.save(after)
                work.emit(branding_changed(after))
            return work.answer(organisation_view(after, role))
