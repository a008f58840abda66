"""What identity answers about organisations, and the jobs it goes on with: one line an entrypoint, no rule lives here."""

from chassis.entrypoints import UseCasesProvider, rpc, timer
from chassis.principal import Principal
from contracts.base import Done
from contracts.identity.organisation_views import (
    BulkInviteRowPage,
    BulkInviteView,
    DomainView,
    InvitationPage,
    InvitationView,
    MemberPage,
    MemberView,
    OrganisationsView,
    OrganisationView,
    PublicBrandingView,
    SignInOptionView,
    SsoView,
)
from contracts.identity.organisations import (
    AcceptInvitation,
    ChangeMemberRole,
    ClaimDomain,
    CreateOrganisation,
    FindSignIn,
    GetBranding,
    GetBulkInvite,
    GetDomain,
    GetOrganisation,
    GetSso,
    InviteMember,
    LeaveOrganisation,
    ListBulkInviteRows,
    ListInvitations,
    ListMembers,
    ListMyOrganisations,
    ReleaseDomain,
    RemoveMember,
    RemoveSso,
    ResendInvitation,
    RevokeInvitation,
    SetSso,
    SetSupportTier,
    StartBulkInvite,
    UpdateOrganisation,
    VerifyDomain,
)
from identity.wiring_organisations import OrganisationUseCases, build_organisations


class OrganisationsService:
    """Members, invitations, looks, single sign-on."""

    name = "organisations"
    use_cases: OrganisationUseCases = UseCasesProvider(build_organisations)

    @rpc
    def create_organisation(self, command: CreateOrganisation, principal: Principal) -> OrganisationView:
        return self.use_cases.create_organisation(command, principal)

    @rpc
    def get_organisation(self, query: GetOrganisation, principal: Principal) -> OrganisationView:
        return self.use_cases.get_organisation(query, principal)

    @rpc
    def list_my_organisations(self, query: ListMyOrganisations, principal: Principal) -> OrganisationsView:  # noqa: ARG002 - the query has no fields
        return self.use_cases.list_my_organisations(principal)

    @rpc
    def update_organisation(self, command: UpdateOrganisation, principal: Principal) -> OrganisationView:
        return self.use_cases.update_organisation(command, principal)

    @rpc
    def set_support_tier(self, command: SetSupportTier, principal: Principal) -> OrganisationView:
        return self.use_cases.set_support_tier(command, principal)

    @rpc
    def get_branding(self, query: GetBranding) -> PublicBrandingView:
        return self.use_cases.get_branding(query)

    @rpc
    def list_members(self, query: ListMembers, principal: Principal) -> MemberPage:
        return self.use_cases.list_members(query, principal)

    @rpc
    def change_member_role(self, command: ChangeMemberRole, principal: Principal) -> MemberView:
        return self.use_cases.change_member_role(command, principal)

    @rpc
    def remove_member(self, command: RemoveMember, principal: Principal) -> Done:
        return self.use_cases.remove_member(command, principal)

    @rpc
    def leave_organisation(self, command: LeaveOrganisation, principal: Principal) -> Done:
        return self.use_cases.leave_organisation(command, principal)

    @rpc
    def invite_member(self, command: InviteMember, principal: Principal) -> InvitationView:
        return self.use_cases.invite_member(command, principal)

    @rpc
    def list_invitations(self, query: ListInvitations, principal: Principal) -> InvitationPage:
        return self.use_cases.list_invitations(query, principal)

    @rpc
    def resend_invitation(self, command: ResendInvitation, principal: Principal) -> InvitationView:
        return self.use_cases.resend_invitation(command, principal)

    @rpc
    def revoke_invitation(self, command: RevokeInvitation, principal: Principal) -> InvitationView:
        return self.use_cases.revoke_invitation(command, principal)

    @rpc
    def accept_invitation(self, command: AcceptInvitation, principal: Principal) -> OrganisationView:
        return self.use_cases.accept_invitation(command, principal)

    @rpc
    def claim_domain(self, command: ClaimDomain, principal: Principal) -> DomainView:
        return self.use_cases.claim_domain(command, principal)

    @rpc
    def get_domain(self, query: GetDomain, principal: Principal) -> DomainView:
        return self.use_cases.get_domain(query, principal)

    @rpc
    def verify_domain(self, command: VerifyDomain, principal: Principal) -> DomainView:
        return self.use_cases.verify_domain(command, principal)

    @rpc
    def release_domain(self, command: ReleaseDomain, principal: Principal) -> Done:
        return self.use_cases.release_domain(command, principal)

    @rpc
    def set_sso(self, command: SetSso, principal: Principal) -> SsoView:
        return self.use_cases.set_sso(command, principal)

    @rpc
    def get_sso(self, query: GetSso, principal: Principal) -> SsoView:
        return self.use_cases.get_sso(query, principal)

    @rpc
    def remove_sso(self, command: RemoveSso, principal: Principal) -> Done:
        return self.use_cases.remove_sso(command, principal)

    @rpc
    def find_sign_in(self, command: FindSignIn) -> SignInOptionView:
        return self.use_cases.find_sign_in(command)

    @rpc
    def start_bulk_invite(self, command: StartBulkInvite, principal: Principal) -> BulkInviteView:
        return self.use_cases.start_bulk_invite(command, principal)

    @rpc
    def get_bulk_invite(self, query: GetBulkInvite, principal: Principal) -> BulkInviteView:
        return self.use_cases.get_bulk_invite(query, principal)

    @rpc
    def list_bulk_invite_rows(self, query: ListBulkInviteRows, principal: Principal) -> BulkInviteRowPage:
        return self.use_cases.list_bulk_invite_rows(query, principal)

    @timer(seconds=1)
    def go_on_with_bulk_invites(self) -> None:
        self.use_cases.go_on_with_bulk_invites()

    @timer(seconds=15)
    def forget_invitations(self) -> None:
        self.use_cases.forget_invitations()
