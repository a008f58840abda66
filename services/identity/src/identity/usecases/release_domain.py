"""Do without an own domain."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal
from contracts.base import Done
from contracts.identity.events import SsoChanged
from contracts.identity.organisation_views import OrganisationRole
from contracts.identity.organisations import ReleaseDomain
from identity.domain.organisation_errors import DomainNotClaimed
from identity.usecases.membership import organisation_of
from identity.usecases.ports import UnitOfWork
from identity.usecases.show_organisation import branding_changed


@dataclass(frozen=True, slots=True)
class ReleaseDomainHandler:
    unit_of_work: Callable[[], UnitOfWork]
    now: Callable[[], datetime]

    def __call__(self, command: ReleaseDomain, principal: Principal) -> Done:
        """Raises:
        StepUpRequired, OrganisationNotFound, RoleTooLow, DomainNotClaimed.
        """
        principal.require_fresh(self.now())
        with self.unit_of_work() as work:
            before, _ = organisation_of(work, command.organisation_id, principal, OrganisationRole.OWNER)
            if before.domain is None:
                raise DomainNotClaimed
            after = before.with_domain(None)
            work.organisations.save(after)
            work.emit(branding_changed(after))
            if before.sso is not None:
                work.emit(SsoChanged(organisation_id=after.id, issuer=None))
            return work.answer(Done())
