"""Say which domain is an organisation's own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal
from contracts.identity.events import SsoChanged
from contracts.identity.organisation_views import DomainView, OrganisationRole
from contracts.identity.organisations import ClaimDomain
from identity.domain.organisation import Organisation, OwnDomain
from identity.domain.organisation_errors import DomainTaken
from identity.usecases.membership import organisation_of
from identity.usecases.ports import Tokens, UnitOfWork
from identity.usecases.show_organisation import branding_changed, domain_view


@dataclass(frozen=True, slots=True)
class ClaimDomainHandler:
    unit_of_work: Callable[[], UnitOfWork]
    tokens: Tokens
    now: Callable[[], datetime]

    def __call__(self, command: ClaimDomain, principal: Principal) -> DomainView:
        """Claiming the same one again changes nothing; another one takes its place, unproven.

        In place of a proven one that is giving it up, and the single sign-on with it.

        Raises:
            OrganisationNotFound, RoleTooLow, DomainTaken.
            StepUpRequired: the domain before was proven.
        """
        token = self.tokens.new()
        with self.unit_of_work() as work:
            organisation, _ = organisation_of(work, command.organisation_id, principal, OrganisationRole.OWNER)
            claimed = organisation.domain
            if claimed is None or claimed.name != command.domain:
                if work.organisations.of_domain(command.domain) is not None:
                    raise DomainTaken
                claimed = OwnDomain(command.domain, token)
                self._replace(work, organisation, claimed, principal)
            return work.answer(domain_view(claimed))

    def _replace(self, work: UnitOfWork, before: Organisation, claimed: OwnDomain, principal: Principal) -> None:
        after = before.with_domain(claimed)
        if before.proven_domain is not None:
            principal.require_fresh(self.now())
            work.emit(branding_changed(after))
        if before.sso is not None:
            work.emit(SsoChanged(organisation_id=after.id, issuer=None))
        work.organisations.save(after)
