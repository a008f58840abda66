"""Who somebody is in an organisation, and what follows from that."""

from __future__ import annotations

from chassis.principal import Principal
from contracts.identity.events import MemberRemoved, SecondFactorChanged
from contracts.identity.organisation_views import OrganisationRole
from identity.domain.organisation import Member, Organisation, require_rank
from identity.domain.organisation_errors import OrganisationNotFound
from identity.usecases.ports import UnitOfWork


def role_in(work: UnitOfWork, organisation_id: str, principal: Principal) -> OrganisationRole:
    """A program acts with the rights of an admin in the organisation it speaks for.

    Raises:
        OrganisationNotFound: to everybody outside there is none.
    """
    if principal.machine:
        if principal.organisation_id != organisation_id:
            raise OrganisationNotFound
        return OrganisationRole.ADMIN
    member = work.members.get(organisation_id, principal.user_id)
    if member is None:
        raise OrganisationNotFound
    return member.role


def organisation_of(
    work: UnitOfWork, organisation_id: str, principal: Principal, least: OrganisationRole = OrganisationRole.MEMBER
) -> tuple[Organisation, OrganisationRole]:
    """The organisation, and the role the caller has in it.

    Raises:
        OrganisationNotFound, RoleTooLow.
    """
    role = role_in(work, organisation_id, principal)
    require_rank(role, least)
    organisation = work.organisations.get(organisation_id)
    if organisation is None:
        raise OrganisationNotFound
    return organisation, role


def end_membership(work: UnitOfWork, organisation: Organisation, member: Member, reason: str) -> None:
    """With it goes the login at the organisation's provider, which would else go on opening the account.

    Raises:
        LastOwner.
    """
    if member.role is OrganisationRole.OWNER:
        work.organisations.save(organisation.without_owner(member.user_id))
    work.members.remove(member)
    for link in work.links.of(member.user_id):
        if link.provider == organisation.id:
            work.links.remove(link)
            work.emit(SecondFactorChanged(user_id=member.user_id, factor="link", change="removed"))
    work.emit(MemberRemoved(organisation_id=organisation.id, user_id=member.user_id, reason=reason))
