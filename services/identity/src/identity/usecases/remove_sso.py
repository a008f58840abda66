"""End an organisation's single sign-on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal
from contracts.base import Done
from contracts.identity.events import SsoChanged
from contracts.identity.organisation_views import OrganisationRole
from contracts.identity.organisations import RemoveSso
from identity.domain.organisation_errors import SsoNotFound
from identity.usecases.membership import organisation_of
from identity.usecases.ports import UnitOfWork


@dataclass(frozen=True, slots=True)
class RemoveSsoHandler:
    unit_of_work: Callable[[], UnitOfWork]
    now: Callable[[], datetime]

    def __call__(self, command: RemoveSso, principal: Principal) -> Done:
        """Links to it stay, and open nothing while there is no provider of the same issuer.

        Raises:
            StepUpRequired, OrganisationNotFound, RoleTooLow, SsoNotFound.
        """
        principal.require_fresh(self.now())
        with self.unit_of_work() as work:
            organisation, _ = organisation_of(work, command.organisation_id, principal, OrganisationRole.OWNER)
            if organisation.sso is None:
                raise SsoNotFound
            work.organisations.save(organisation.with_sso(None))
            work.emit(SsoChanged(organisation_id=organisation.id, issuer=None))
            return work.answer(Done())
