"""Let an organisation's people log in at its own provider."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal
from contracts.identity.events import SsoChanged
from contracts.identity.organisation_views import OrganisationRole, SsoView
from contracts.identity.organisations import SetSso
from identity.domain.errors import ProviderAway, SignInRefused
from identity.domain.organisation import Organisation, Sso
from identity.domain.organisation_errors import DomainUnproven, IssuerUnusable
from identity.domain.sign_in import Protocol, Provider
from identity.usecases.begin_sign_in import BeginSignIn
from identity.usecases.membership import organisation_of
from identity.usecases.organisation_ports import Seals
from identity.usecases.ports import UnitOfWork
from identity.usecases.show_organisation import sso_view


@dataclass(frozen=True, slots=True)
class SetSsoHandler:
    unit_of_work: Callable[[], UnitOfWork]
    sign_in: BeginSignIn
    seals: Seals
    guarded: bool
    now: Callable[[], datetime]

    def __call__(self, command: SetSso, principal: Principal) -> SsoView:
        """The provider is asked for its configuration first, outside any transaction. Its word counts for its domain alone (0056).

        Raises:
            StepUpRequired, OrganisationNotFound, RoleTooLow, DomainUnproven, IssuerUnusable.
        """
        principal.require_fresh(self.now())
        with self.unit_of_work() as work:
            organisation = self._owned(work, command, principal)
        self._try(organisation, command)
        sso = Sso(command.issuer, command.client_id, self.seals.seal(command.client_secret))
        with self.unit_of_work() as work:
            after = self._owned(work, command, principal).with_sso(sso)
            work.organisations.save(after)
            work.emit(SsoChanged(organisation_id=after.id, issuer=sso.issuer))
            return work.answer(sso_view(after, sso, self.sign_in.redirect_uri(after.id)))

    def _owned(self, work: UnitOfWork, command: SetSso, principal: Principal) -> Organisation:
        organisation, _ = organisation_of(work, command.organisation_id, principal, OrganisationRole.OWNER)
        if organisation.proven_domain is None:
            raise DomainUnproven
        return organisation

    def _try(self, organisation: Organisation, command: SetSso) -> None:
        provider = Provider(organisation.id, Protocol.OIDC, command.issuer, command.client_id, command.client_secret, guarded=self.guarded)
        try:
            self.sign_in.sign_ins.authorization_url(provider, "-", "-", "-", self.sign_in.redirect_uri(organisation.id))
        except (ProviderAway, SignInRefused) as error:
            raise IssuerUnusable from error
