"""Come back from a provider."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.context import Client
from chassis.principal import SessionEnded
from contracts.identity.authentication import CompleteSignIn
from contracts.identity.events import EmailVerified, MemberAdded, SecondFactorChanged
from contracts.identity.organisation_views import OrganisationRole
from contracts.identity.roles import Role
from contracts.identity.sessions import LinkView, SignedInView
from identity.domain.account import Account, Profile
from identity.domain.administration_errors import ReadOnly, RegistrationClosed
from identity.domain.ceremony import Ceremony, Kind
from identity.domain.errors import LinkRequired, LinkTaken, ProviderNotFound, SignInRefused
from identity.domain.organisation import Member
from identity.domain.organisation_errors import AddressElsewhere, OrganisationNotFound
from identity.domain.origin import Origin
from identity.domain.sign_in import Link, Provider, Vouched
from identity.domain.tokens import digest
from identity.usecases.begin_session import BeginSession
from identity.usecases.begin_sign_in import BeginSignIn
from identity.usecases.membership import require_owners
from identity.usecases.ports import UnitOfWork
from identity.usecases.show import user_registered


@dataclass(frozen=True, slots=True)
class CompleteSignInHandler:
    begin: BeginSignIn
    begin_session: BeginSession
    client: Callable[[], Client]
    new_id: Callable[[str], str]
    now: Callable[[], datetime]

    def __call__(self, command: CompleteSignIn) -> SignedInView:
        """Log in whom the provider vouches for, or link them to the account that began it.

        An account is found by the provider's own name for the person, never by address: an address can go to somebody else, and
        a provider that confirms any address would open every account. So an address that has an account here is asked to log in
        there and link; a new one gets an account, if the provider has verified the address.

        Raises:
            SignInRefused: the state is unknown, used, expired or another browser's; or the provider does not vouch; or a link ended
                meanwhile with the sessions of whoever began it.
            LinkRequired, LinkTaken, RegistrationClosed, SignInElsewhereClosed.
            ReadOnly: it would open an account or make a link. The gateway lets all who come back pass, as it cannot tell who logs in.
            AddressElsewhere: an organisation's provider vouched for an address that is not of its domain.
            OrganisationNotFound: who links an organisation's provider is a member.
        """
        at = self.now()
        ceremony = self._begun(command, at)
        if ceremony.user_id:
            with self.begin.unit_of_work() as work:
                _require_writable(work)
        provider = self.begin.providers.get(command.provider)
        if provider is None:
            raise ProviderNotFound
        self.begin.require_open(provider, ceremony.user_id)
        if command.iss is not None and command.iss != provider.issuer:  # RFC 9207: the answer of another provider
            raise SignInRefused
        details = ceremony.details
        redirect_uri = self.begin.redirect_uri(provider.name)
        person = self.begin.sign_ins.vouched(provider, command.code, details["nonce"], details["verifier"], redirect_uri)
        if ceremony.user_id:
            return SignedInView(link=self._linked(provider, person, ceremony, at))
        return self._logged_in(provider, person, at)

    def _begun(self, command: CompleteSignIn, at: datetime) -> Ceremony:
        """A login is used up at once. A link stays until it is made: whoever ends what was begun during the dialogue finds it."""
        with self.begin.unit_of_work() as work:
            ceremony = work.ceremonies.get(digest(command.state))
            if ceremony is not None and not ceremony.user_id:
                ceremony = work.ceremonies.take(ceremony.digest)
        if ceremony is None or not ceremony.open(Kind.SIGN_IN_ELSEWHERE, at) or ceremony.details["provider"] != command.provider:
            raise SignInRefused
        if not hmac.compare_digest(ceremony.details["binding"], digest(command.binding)):
            raise SignInRefused
        return ceremony

    def _linked(self, provider: Provider, person: Vouched, ceremony: Ceremony, at: datetime) -> LinkView:
        user_id = ceremony.user_id
        with self.begin.unit_of_work() as work:
            work.sessions.take_turn(user_id)
            if work.ceremonies.take(ceremony.digest) is None:
                raise SignInRefused
            if work.accounts.get(user_id) is None:
                raise SessionEnded
            if provider.domain is not None and work.members.get(provider.name, user_id) is None:
                raise OrganisationNotFound
            link = self._link(work, provider, person)
            if link is not None and link.user_id != user_id:
                raise LinkTaken
            if link is None:
                link = self._add_link(work, provider, person, user_id, at)
                work.emit(SecondFactorChanged(user_id=user_id, factor="link", change="added"))
        return LinkView(provider=provider.name, linked_at=link.linked_at)

    def _link(self, work: UnitOfWork, provider: Provider, person: Vouched) -> Link | None:
        link = work.links.get(provider.name, person.subject)
        return link if link is not None and link.holds_for(provider) else None

    def _add_link(self, work: UnitOfWork, provider: Provider, person: Vouched, user_id: str, at: datetime) -> Link:
        """In place of one that was made with another issuer."""
        if (stale := work.links.get(provider.name, person.subject)) is not None:
            work.links.remove(stale)
            work.emit(SecondFactorChanged(user_id=stale.user_id, factor="link", change="removed"))
        link = Link(provider.name, person.subject, user_id, at, provider.issuer)
        work.links.add(link)
        return link

    def _logged_in(self, provider: Provider, person: Vouched, at: datetime) -> SignedInView:
        client = self.client()
        with self.begin.unit_of_work() as work:
            link = self._link(work, provider, person)
            account = work.accounts.get(link.user_id) if link else self._registered(work, provider, person, at)
            if account is None:
                raise SignInRefused
            return SignedInView(tokens=self.begin_session(work, account, ("fed",), Origin.of(client.address, client.agent), at))

    def _registered(self, work: UnitOfWork, provider: Provider, person: Vouched, at: datetime) -> Account:
        if person.email is None or not person.email_verified:
            raise SignInRefused("The provider has not verified an email address of yours.")
        if not provider.vouches_for(person.email):
            raise AddressElsewhere
        if work.accounts.by_email(person.email) is not None:
            raise LinkRequired
        _require_writable(work)
        if not work.configuration.setting("registration.open").value:
            raise RegistrationClosed
        if provider.domain is not None:
            require_owners(work, work.organisations.get(provider.name))
        name = " ".join(person.name.split())[:80] or person.email.partition("@")[0]
        profile = Profile(display_name=name, time_zone="UTC", locale="en")
        account = Account(self.new_id("user"), 1, person.email, True, None, (Role.SOLVER,), profile, at)
        work.accounts.add(account)
        self._add_link(work, provider, person, account.id, at)
        work.emit(user_registered(account))
        work.emit(EmailVerified(user_id=account.id, email=account.email))
        if provider.domain is not None:
            work.members.add(Member(provider.name, account.id, 1, OrganisationRole.MEMBER, at))
            work.emit(MemberAdded(organisation_id=provider.name, user_id=account.id, role=OrganisationRole.MEMBER))
        return account


def _require_writable(work: UnitOfWork) -> None:
    """Raises:
    ReadOnly.
    """
    if work.configuration.setting("maintenance.read_only").value:
        raise ReadOnly
