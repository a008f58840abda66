"""Where the adapters and use cases of organisations meet."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.mongo import retrying
from chassis.wiring import Resources
from identity.adapters.bulk_invites import MongoBulkInvites
from identity.adapters.dns_records import DnsRecords
from identity.adapters.login_attempts import MongoLoginAttempts
from identity.adapters.organisations import MongoInvitations, MongoOrganisations
from identity.adapters.unit_of_work import IdentityUnitOfWork
from identity.settings import Settings
from identity.usecases.accept_invitation import AcceptInvitationHandler
from identity.usecases.change_member_role import ChangeMemberRoleHandler
from identity.usecases.claim_domain import ClaimDomainHandler
from identity.usecases.create_organisation import CreateOrganisationHandler
from identity.usecases.find_sign_in import FindSignInHandler
from identity.usecases.forget_invitations import ForgetInvitationsHandler
from identity.usecases.get_branding import GetBrandingHandler
from identity.usecases.get_bulk_invite import GetBulkInviteHandler
from identity.usecases.get_domain import GetDomainHandler
from identity.usecases.get_organisation import GetOrganisationHandler
from identity.usecases.get_sso import GetSsoHandler
from identity.usecases.go_on_with_bulk_invites import GoOnWithBulkInvitesHandler
from identity.usecases.invite_member import InviteMemberHandler
from identity.usecases.leave_organisation import LeaveOrganisationHandler
from identity.usecases.list_bulk_invite_rows import ListBulkInviteRowsHandler
from identity.usecases.list_invitations import ListInvitationsHandler
from identity.usecases.list_members import ListMembersHandler
from identity.usecases.list_my_organisations import ListMyOrganisationsHandler
from identity.usecases.release_domain import ReleaseDomainHandler
from identity.usecases.remove_member import RemoveMemberHandler
from identity.usecases.remove_sso import RemoveSsoHandler
from identity.usecases.resend_invitation import ResendInvitationHandler
from identity.usecases.revoke_invitation import RevokeInvitationHandler
from identity.usecases.send_invitation import SendInvitation
from identity.usecases.set_sso import SetSsoHandler
from identity.usecases.set_support_tier import SetSupportTierHandler
from identity.usecases.start_bulk_invite import StartBulkInviteHandler
from identity.usecases.update_organisation import UpdateOrganisationHandler
from identity.usecases.verify_domain import VerifyDomainHandler
from identity.wiring import person_keys, sealing, signed_tokens
from identity.wiring_authentication import sign_in_beginning


@dataclass(frozen=True, slots=True)
class OrganisationUseCases:
    """What organisations do."""

    create_organisation: CreateOrganisationHandler
    get_organisation: GetOrganisationHandler
    list_my_organisations: ListMyOrganisationsHandler
    update_organisation: UpdateOrganisationHandler
    set_support_tier: SetSupportTierHandler
    get_branding: GetBrandingHandler
    list_members: ListMembersHandler
    change_member_role: ChangeMemberRoleHandler
    remove_member: RemoveMemberHandler
    leave_organisation: LeaveOrganisationHandler
    invite_member: InviteMemberHandler
    list_invitations: ListInvitationsHandler
    resend_invitation: ResendInvitationHandler
    revoke_invitation: RevokeInvitationHandler
    accept_invitation: AcceptInvitationHandler
    claim_domain: ClaimDomainHandler
    get_domain: GetDomainHandler
    verify_domain: VerifyDomainHandler
    release_domain: ReleaseDomainHandler
    set_sso: SetSsoHandler
    get_sso: GetSsoHandler
    remove_sso: RemoveSsoHandler
    find_sign_in: FindSignInHandler
    start_bulk_invite: StartBulkInviteHandler
    get_bulk_invite: GetBulkInviteHandler
    list_bulk_invite_rows: ListBulkInviteRowsHandler
    go_on_with_bulk_invites: GoOnWithBulkInvitesHandler
    forget_invitations: ForgetInvitationsHandler


def build_organisations(resources: Resources[Settings]) -> OrganisationUseCases:
    store, settings, now, new_id = resources.store, resources.settings, resources.clock.now, resources.new_id
    keys = person_keys(resources)
    organisations, tokens, sign_in = MongoOrganisations(), signed_tokens(settings), sign_in_beginning(resources)
    attempts = MongoLoginAttempts(store.database)
    send = SendInvitation(attempts, tokens, new_id)

    def unit_of_work() -> IdentityUnitOfWork:
        return IdentityUnitOfWork(store, keys)

    return OrganisationUseCases(
        create_organisation=CreateOrganisationHandler(unit_of_work, new_id, now),
        get_organisation=GetOrganisationHandler(unit_of_work),
        list_my_organisations=ListMyOrganisationsHandler(unit_of_work),
        update_organisation=UpdateOrganisationHandler(unit_of_work),
        set_support_tier=SetSupportTierHandler(unit_of_work, new_id, now),
        get_branding=GetBrandingHandler(organisations),
        list_members=ListMembersHandler(unit_of_work),
        change_member_role=ChangeMemberRoleHandler(unit_of_work),
        remove_member=RemoveMemberHandler(unit_of_work),
        leave_organisation=LeaveOrganisationHandler(unit_of_work),
        invite_member=InviteMemberHandler(unit_of_work, send, now),
        list_invitations=ListInvitationsHandler(unit_of_work),
        resend_invitation=ResendInvitationHandler(unit_of_work, attempts, tokens, now),
        revoke_invitation=RevokeInvitationHandler(unit_of_work),
        accept_invitation=AcceptInvitationHandler(unit_of_work, now),
        claim_domain=ClaimDomainHandler(unit_of_work, tokens, now),
        get_domain=GetDomainHandler(unit_of_work),
        verify_domain=VerifyDomainHandler(unit_of_work, DnsRecords(settings.dns_url), now),
        release_domain=ReleaseDomainHandler(unit_of_work, now),
        set_sso=SetSsoHandler(unit_of_work, sign_in, sealing(settings), not settings.sso_private_hosts, now),
        get_sso=GetSsoHandler(unit_of_work, sign_in.redirect_uri),
        remove_sso=RemoveSsoHandler(unit_of_work, now),
        find_sign_in=FindSignInHandler(organisations),
        start_bulk_invite=StartBulkInviteHandler(unit_of_work, new_id, now),
        get_bulk_invite=GetBulkInviteHandler(unit_of_work),
        list_bulk_invite_rows=ListBulkInviteRowsHandler(unit_of_work),
        go_on_with_bulk_invites=GoOnWithBulkInvitesHandler(unit_of_work, MongoBulkInvites(), send, retrying, now),
        forget_invitations=ForgetInvitationsHandler(unit_of_work, MongoInvitations(), MongoBulkInvites(), now),
    )
