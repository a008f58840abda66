"""Look whether a domain says whose it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from chassis.principal import Principal
from contracts.identity.organisation_views import DomainView, OrganisationRole
from contracts.identity.organisations import VerifyDomain
from identity.domain.organisation import Organisation, OwnDomain
from identity.domain.organisation_errors import DomainNotClaimed, DomainTaken, RecordMissing
from identity.usecases.membership import organisation_of
from identity.usecases.organisation_ports import DomainRecords
from identity.usecases.ports import UnitOfWork
from identity.usecases.show_organisation import branding_changed, domain_view


@dataclass(frozen=True, slots=True)
class VerifyDomainHandler:
    unit_of_work: Callable[[], UnitOfWork]
    records: DomainRecords
    now: Callable[[], datetime]

    def __call__(self, command: VerifyDomain, principal: Principal) -> DomainView:
        """The look-up happens outside any transaction: none stays open while a name server thinks.

        Raises:
            OrganisationNotFound, RoleTooLow, DomainNotClaimed, RecordMissing, DomainTaken, ResolverAway.
        """
        with self.unit_of_work() as work:
            _, claimed = self._claimed(work, command, principal)
        if claimed.verified_at is not None:
            return domain_view(claimed)
        wanted = domain_view(claimed)
        if wanted.record_value not in self.records.texts(wanted.record_name):
            raise RecordMissing
        with self.unit_of_work() as work:
            organisation, still = self._claimed(work, command, principal)
            if still != claimed:  # another domain was claimed meanwhile: nothing was looked up for that
                raise RecordMissing
            if work.organisations.of_domain(claimed.name) is not None:
                raise DomainTaken
            proven = replace(claimed, verified_at=self.now())
            after = organisation.with_domain(proven)
            work.organisations.save(after)
            work.emit(branding_changed(after))
            return work.answer(domain_view(proven))

    def _claimed(self, work: UnitOfWork, command: VerifyDomain, principal: Principal) -> tuple[Organisation, OwnDomain]:
        organisation, _ = organisation_of(work, command.organisation_id, principal, OrganisationRole.ADMIN)
        if organisation.domain is None:
            raise DomainNotClaimed
        return organisation, organisation.domain
