"""Who somebody is in an organisation, and what follows from that."""

from __future__ import annotations

from chassis.principal import Principal
from contracts.identity.events import MemberRemoved, SecondFactorChanged
from contracts.identity.organisation_views import OrganisationRole
from contracts.privacy.views import ObligationView
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
    owner = member.role is OrganisationRole.OWNER
    work.organisations.save(organisation.without_owner(member.user_id) if owner else organisation.with_members_changed())
    work.members.remove(member)
    for link in work.links.of(member.user_id):
        if link.provider == organisation.id:
            work.links.remove(link)
            work.emit(SecondFactorChanged(user_id=member.user_id, factor="link", change="removed"))
    work.emit(MemberRemoved(organisation_id=organisation.id, user_id=member.user_id, reason=reason))


def give_up_ownership(work: UnitOfWork, user_id: str) -> tuple[ObligationView, ...]:
    """Who has asked to leave owns nothing together with others any more: these must not leave too, trusting in them.

    Returns: what they are the only owner of while others belong to it. What is theirs alone goes when they are erased.
    """
    owed = []
    for member in work.members.of(user_id):
        organisation = work.organisations.get(member.organisation_id)
        if organisation is None or user_id not in organisation.owner_ids:
            continue
        if len(organisation.owner_ids) > 1:
            work.organisations.save(organisation.without_owner(user_id))
        elif any(other.user_id != user_id for other in work.members.page(organisation.id, None, 2)[0]):
            owed.append(only_owner(organisation.id))
        else:
            work.organisations.save(organisation.with_members_changed())  # who joins at this moment runs again, and is refused
    return tuple(owed)


def only_owner(organisation_id: str) -> ObligationView:
    return ObligationView(kind="organisation", subject=organisation_id, detail="You are its only owner: hand it over first.")


def require_owners(work: UnitOfWork, organisation: Organisation | None) -> None:
    """Nobody joins what goes with its last owner, who would then have to wait for them.

    Raises:
        OrganisationNotFound: also where nobody who owns it has an account any more.
    """
    if organisation is None or all(work.accounts.get(owner) is None for owner in organisation.owner_ids):
        raise OrganisationNotFound
