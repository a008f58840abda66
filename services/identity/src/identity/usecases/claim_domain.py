"""Say which domain is an organisation's own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from chassis.principal import Principal
from contracts.identity.organisation_views import DomainView, OrganisationRole
from contracts.identity.organisations import ClaimDomain
from identity.domain.organisation import OwnDomain
from identity.domain.organisation_errors import DomainTaken
from identity.usecases.membership import organisation_of
from identity.usecases.ports import Tokens, UnitOfWork
from identity.usecases.show_organisation import domain_view


@dataclass(frozen=True, slots=True)
class ClaimDomainHandler:
    unit_of_work: Callable[[], UnitOfWork]
    tokens: Tokens

    def __call__(self, command: ClaimDomain, principal: Principal) -> DomainView:
        """Claiming the same one again changes nothing; another one takes its place, unproven.

        Raises:
            OrganisationNotFound, RoleTooLow, DomainTaken.
        """
        token = self.tokens.new()
        with self.unit_of_work() as work:
            organisation, _ = organisation_of(work, command.organisation_id, principal, OrganisationRole.OWNER)
            claimed = organisation.domain
            if claimed is None or claimed.name != command.domain:
                if work.organisations.of_domain(command.domain) is not None:
                    raise DomainTaken
                claimed = OwnDomain(command.domain, token)
                work.organisations.save(organisation.with_domain(claimed))
            return work.answer(domain_view(claimed))
