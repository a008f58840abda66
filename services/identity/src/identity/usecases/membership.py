"""Who somebody is in an organisation, and what follows from that."""

from __future__ import annotations

from datetime import datetime

from chassis.principal import PersonRequired, Principal
from contracts.identity.events import MemberRemoved, SecondFactorChanged
from contracts.identity.organisation_views import OrganisationRole
from contracts.identity.standing import AccountStatus
from contracts.privacy.views import ObligationView
from identity.domain.organisation import Invitation, Member, Organisation, require_power_over, require_rank
from identity.domain.organisation_errors import OrganisationNotFound, RoleTooLow
from identity.usecases.ports import Accounts, UnitOfWork


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


def require_invitable(principal: Principal, role: str) -> None:
    """Who has what to say in an organisation is for people to decide: keys and programs bring members alone, whoever they belong to.

    Raises:
        PersonRequired.
    """
    if not principal.in_person and role != OrganisationRole.MEMBER:
        raise PersonRequired


def still_stands(work: UnitOfWork, invitation: Invitation) -> bool:
    """Whether its sender could send it today: who was removed or demoted since then lets nobody in any more."""
    if not invitation.invited_by.startswith("user_"):
        credential = work.credentials.get(invitation.invited_by)
        return credential is not None and credential.revoked_at is None
    sender = work.members.get(invitation.organisation_id, invitation.invited_by)
    if sender is None:
        return False
    try:
        require_power_over(sender.role, invitation.role)
    except RoleTooLow:
        return False
    return True


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


def well_owned(accounts: Accounts, organisation: Organisation, at: datetime) -> bool:
    """Whether anybody owns it who is not kept out. Where nobody does, its keys and programs would go on for who is banned."""
    owners = (accounts.get(owner) for owner in organisation.owner_ids)
    return any(owner is not None and owner.standing.at(at).status is AccountStatus.ACTIVE for owner in owners)
